/** Holds handlers until so many have come, so that all of them go on at the same time. */
export class Barrier {
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly size: number) {}

  async pass(): Promise<void> {
    const opened = new Promise<void>((resolve) => this.waiting.push(resolve));
    if (this.waiting.length >= this.size) for (const resolve of this.waiting) resolve();
    await opened;
  }
}

/** Lets a handler wait until the test says so, and the test until the handler waits. */
export class Latch {
  private reach!: () => void;
  private open!: () => void;
  /** Settles when somebody waits. */
  readonly reached = new Promise<void>((resolve) => (this.reach = resolve));
  private readonly opened = new Promise<void>((resolve) => (this.open = resolve));

  async wait(): Promise<void> {
    this.reach();
    await this.opened;
  }

  release(): void {
    this.open();
  }
}

/** Settles when the work that needs no network has had time to go on: it is done after some turns of the event loop. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

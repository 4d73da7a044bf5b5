/** Something that handlers wait for and that a test opens. */
export interface Latch {
  /** What to wait for. */
  readonly opened: Promise<void>;
  open(): void;
  /** Resolves when the work that `open` let go on has had time to go on. */
  settled(): Promise<void>;
}

export function latch(): Latch {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const settled = async () => {
    // Whatever follows without waiting for the network is done after some turns of the event loop.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return { opened, open: () => open(), settled };
}

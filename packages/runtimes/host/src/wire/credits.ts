/** How many more batches the consumer of a stream wants. */
export class Credits {
  private count = 0;
  private wake: (() => void) | undefined;

  /** Adds what the consumer granted. */
  grant(batches: number): void {
    this.count += batches;
    this.wake?.();
  }

  /** Uses one up. */
  use(): void {
    this.count -= 1;
  }

  /** Waits until there is one, or the stream is no longer wanted. */
  async available(signal: AbortSignal): Promise<void> {
    while (this.count <= 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const done = () => {
          signal.removeEventListener("abort", done);
          resolve();
        };
        this.wake = done;
        signal.addEventListener("abort", done, { once: true });
      });
    }
  }
}

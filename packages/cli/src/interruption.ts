/** Turns Ctrl-C, SIGTERM and SIGHUP into one abort; a second one ends the process at once. */
export class Interruption {
  private readonly controller = new AbortController();
  private claimed = false;
  private readonly stop = () => {
    if (this.controller.signal.aborted || !this.claimed) process.exit(130);
    this.controller.abort();
    this.onFirst();
  };

  constructor(private readonly onFirst: () => void) {
    for (const signal of SIGNALS) process.on(signal, this.stop);
  }

  /** The signal; whoever asks for it promises to end soon after it is aborted. */
  signal(): AbortSignal {
    this.claimed = true;
    return this.controller.signal;
  }

  get isInterrupted(): boolean {
    return this.controller.signal.aborted;
  }
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

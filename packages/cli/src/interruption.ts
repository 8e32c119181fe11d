const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Milliseconds within which further signals are echoes of the first: `npm run` and `timeout` send it twice. */
const ECHO = 250;

/** Turns Ctrl-C, SIGTERM and SIGHUP into one abort; a second one ends the process at once. */
export class Interruption {
  private readonly controller = new AbortController();
  private claimed = false;
  private firstAt = 0;

  constructor(private readonly onFirst: () => void) {
    for (const signal of SIGNALS) process.on(signal, () => this.stop());
  }

  /** The signal; whoever asks for it promises to end soon after it is aborted. */
  signal(): AbortSignal {
    this.claimed = true;
    return this.controller.signal;
  }

  get isInterrupted(): boolean {
    return this.controller.signal.aborted;
  }

  private stop(): void {
    if (!this.claimed) process.exit(130);
    if (!this.isInterrupted) {
      this.firstAt = performance.now();
      this.onFirst();
      this.controller.abort();
    } else if (performance.now() - this.firstAt > ECHO) process.exit(130);
  }
}

import type { LogRecord } from "@dativo/protocol";

/** Records that may come at once. */
const BURST = 1000;

/** Records a second that may come for ever. */
const PER_SECOND = 200;

/**
 * Lets a plugin's log records through as long as they are few enough to read, and counts the others.
 *
 * A plugin that prints without end must neither fill the memory of the host nor the disk of whoever keeps its log.
 */
export class LogThrottle {
  private room = BURST;
  private refilledAt: number;
  private omitted = 0;

  constructor(
    private readonly source: string,
    private readonly sink: (record: LogRecord) => void,
    private readonly now: () => number = Date.now,
  ) {
    this.refilledAt = now();
  }

  /** Passes a record on, or counts it. */
  push(record: LogRecord): void {
    const now = this.now();
    this.room = Math.min(BURST, this.room + ((now - this.refilledAt) / 1000) * PER_SECOND);
    this.refilledAt = now;
    if (this.room < 1) {
      this.omitted += 1;
      return;
    }
    this.room -= 1;
    this.report();
    this.sink(record);
  }

  /** Says how many records were left out, when any were since it was last said. */
  report(): void {
    if (this.omitted === 0) return;
    const fields = { omitted: this.omitted };
    this.omitted = 0;
    this.sink({
      level: "warn",
      source: this.source,
      message: `${fields.omitted} more log records were left out, because they came too fast.`,
      fields,
    });
  }
}

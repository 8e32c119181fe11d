import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { LOG_LEVELS, type LogLevel, type LogRecord, type Redactor } from "@dativo/protocol";

/** The log of one run: JSON lines in its folder, redacted, and passed on to whoever listens. */
export class RunLog {
  private output: WriteStream | undefined;
  private failed = false;

  constructor(
    /** Undefined for a run without a folder. */
    private readonly file: string | undefined,
    private readonly level: LogLevel,
    private readonly redactor: Redactor,
    private readonly listener: ((record: LogRecord) => void) | undefined,
  ) {}

  readonly write = (record: LogRecord): void => {
    if (LOG_LEVELS.indexOf(record.level) < LOG_LEVELS.indexOf(this.level)) return;
    const safe = this.redactor.value(record);
    this.listener?.(safe);
    if (this.file === undefined || this.failed) return;
    this.output ??= this.open(this.file);
    this.output.write(`${lineOf(safe)}\n`);
  };

  async close(): Promise<void> {
    if (this.output === undefined || this.failed) return;
    this.output.end();
    await once(this.output, "close");
  }

  /** A log that cannot be written, as on a full disk, must not end the run. */
  private open(file: string): WriteStream {
    const output = createWriteStream(file, { flags: "a" });
    output.on("error", () => {
      this.failed = true;
    });
    return output;
  }
}

function lineOf(record: LogRecord): string {
  const dated = { at: new Date().toISOString(), ...record };
  try {
    return JSON.stringify(dated, (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
  } catch {
    return JSON.stringify({ ...dated, fields: { unprintable: true } });
  }
}

import { setImmediate as afterPolling } from "node:timers/promises";
import { DativoError, type Redactor } from "@dativo/protocol";

/** Lines that are kept of what a process writes during a call. */
const LINES = 10;

/** What a process writes to standard error while calls are under way, to explain those that fail. */
export class CallOutput {
  private readonly lines = new Map<number, string[]>();

  begin(call: number): void {
    this.lines.set(call, []);
  }

  end(call: number): void {
    this.lines.delete(call);
  }

  /** Takes a line, which may belong to any call that is under way. */
  add(line: string): void {
    for (const lines of this.lines.values()) {
      lines.push(line);
      if (lines.length > LINES) lines.shift();
    }
  }

  /** The error of a call with what was written during the call. */
  async explain(call: number, error: DativoError, redactor: Redactor): Promise<DativoError> {
    // What was written before the error was sent is in another stream, and there to be read by the next turn.
    await afterPolling();
    await afterPolling();
    const lines = (this.lines.get(call) ?? []).map((line) => redactor.text(line));
    if (lines.length === 0) return error;
    return new DativoError({
      code: error.code,
      message: `${error.message} It wrote:\n${lines.map((line) => `  ${line}`).join("\n")}`,
      hint: error.hint,
      retryable: error.retryable,
      retryAfterSeconds: error.retryAfterSeconds,
      details: { ...error.details, output: lines },
      cause: error.cause,
    });
  }
}

import type { Redactor } from "@dativo/protocol";
import type { Output } from "./terminal/output.js";

/** What surrounds a command. */
export interface Context {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Whether `--json` was given: standard output is one document, people read standard error. */
  readonly json: boolean;
  readonly debug: boolean;
  /** Know the secrets of the jobs that were read; errors pass them before they are printed. */
  readonly redactors: Redactor[];
  /**
   * The signal that Ctrl-C and SIGTERM abort. A command that asks for it ends by itself when it is aborted; one
   * that does not is ended at once.
   */
  cancellation(): AbortSignal;
}

import { randomUUID } from "node:crypto";
import { type InvocationFaults, NO_FAULTS } from "../cloud-faults.js";

/** An error that ended an invocation. */
export interface FunctionError {
  /** Such as `Runtime.ExitError` or `Sandbox.Timedout`. */
  readonly type: string;
  /** JSON with `errorType` and `errorMessage`. */
  readonly body: Buffer;
}

/** How an invocation ended. */
export interface InvocationResult {
  /** The response, when it came at once. */
  readonly body?: Buffer;
  readonly error?: FunctionError;
  /** Its log, up to and with the REPORT line. */
  readonly log: string;
  /** The last lines of the log, which the environment adds. */
  readonly report: string;
  readonly billedMs: number;
}

/** One request to run a function. */
export class Invocation {
  readonly id = randomUUID();
  /** Bytes of the response that have passed. */
  responseBytes = 0;
  /** What the function answered, once it has. */
  answer: { readonly body?: Buffer; readonly error?: FunctionError } | undefined;
  /** Whether the function stopped in the middle of its answer. */
  truncated = false;

  constructor(
    readonly payload: Buffer,
    /** Takes the response as it comes; absent when the caller wants it whole. */
    readonly stream: ((chunk: Buffer) => Promise<void>) | undefined,
    readonly faults: InvocationFaults = NO_FAULTS,
  ) {}

  /** Passes bytes of the response on. */
  async pass(chunk: Buffer): Promise<void> {
    this.responseBytes += chunk.length;
    if (chunk.length > 0) await this.stream?.(chunk);
  }

  /** The error of a type, in the words of Lambda. */
  error(type: string, message: string): FunctionError {
    const text = `RequestId: ${this.id} Error: ${message}`;
    return { type, body: Buffer.from(JSON.stringify({ errorType: type, errorMessage: text })) };
  }
}

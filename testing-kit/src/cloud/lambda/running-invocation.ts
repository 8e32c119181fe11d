import type { FunctionError, Invocation, InvocationResult } from "./invocation.js";
import type { FunctionConfiguration } from "./lambda-function.js";
import { billedMs, reportLine } from "./report.js";

/** Milliseconds between looks at the memory of an environment. */
const MEMORY_INTERVAL_MS = 50;

/** An invocation in an environment: its clock, its memory, its log and its end. */
export class RunningInvocation {
  /** Resolves when it has ended. */
  readonly over: Promise<void>;
  /** Whether the function has been handed the event. */
  handedOver = false;
  private resolve: () => void = () => {};
  private readonly timers = new Set<NodeJS.Timeout>();
  private beganAt: number | undefined;
  private endedAt: number | undefined;
  private error: FunctionError | undefined;
  private maxMemoryMb = 0;
  private logged = "";

  constructor(
    readonly invocation: Invocation,
    private readonly configuration: FunctionConfiguration,
    /** Ends it, and the environment. */
    private readonly fail: (error: FunctionError) => void,
  ) {
    this.over = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** Whether its time runs. */
  get begun(): boolean {
    return this.beganAt !== undefined;
  }

  /** Does something later, unless it has ended by then. */
  after(milliseconds: number, action: () => void): void {
    this.timers.add(setTimeout(action, milliseconds));
  }

  /** Starts its time, unless it runs already. @returns when it is up, in milliseconds since 1970 */
  begin(): number {
    const milliseconds = this.configuration.Timeout * 1000;
    if (this.beganAt === undefined) {
      this.beganAt = performance.now();
      const message = `Task timed out after ${this.configuration.Timeout.toFixed(2)} seconds`;
      this.after(milliseconds, () => this.fail(this.invocation.error("Sandbox.Timedout", message)));
    }
    return Math.floor(performance.timeOrigin + this.beganAt + milliseconds);
  }

  /** Looks at the memory again and again, and ends the invocation where it is more than allowed. */
  watchMemory(used: () => Promise<number | undefined>, limitMb: number): void {
    const look = async () => {
      const megabytes = await used();
      if (megabytes === undefined) return;
      this.maxMemoryMb = Math.max(this.maxMemoryMb, megabytes);
      if (megabytes > limitMb && this.endedAt === undefined)
        this.fail(this.invocation.error("Runtime.OutOfMemory", "Runtime exited with error: signal: killed"));
    };
    this.timers.add(setInterval(() => void look(), MEMORY_INTERVAL_MS));
    this.look = look;
  }

  /** Takes what the function answered. @returns false when it is not its invocation, or it has answered */
  answered(id: string, answer: NonNullable<Invocation["answer"]>): boolean {
    if (this.invocation.id !== id || this.invocation.answer !== undefined) return false;
    this.invocation.answer = answer;
    return true;
  }

  log(text: string): void {
    this.logged += text.endsWith("\n") ? text : `${text}\n`;
  }

  /** Ends it: with an error, or with what the function answered. */
  finish(error?: FunctionError): void {
    if (this.endedAt !== undefined) return;
    void this.look();
    this.endedAt = performance.now();
    this.error = error;
    for (const timer of this.timers) clearTimeout(timer);
    this.resolve();
  }

  /** What became of it. @param initMs milliseconds of the cold start that it waited for */
  result(initMs: number | undefined): InvocationResult {
    const { invocation, configuration } = this;
    const error = this.error ?? invocation.answer?.error ?? this.missing();
    const figures = {
      requestId: invocation.id,
      durationMs: this.beganAt === undefined ? 0 : (this.endedAt ?? 0) - this.beganAt,
      initMs,
      memoryMb: configuration.MemorySize,
      maxMemoryMb: this.maxMemoryMb,
      errorType: error?.type,
    };
    const report = `END RequestId: ${invocation.id}\n${reportLine(figures)}\n`;
    const end = { log: this.logged + report, report, billedMs: billedMs(figures) };
    return error === undefined ? { ...invocation.answer, ...end } : { error, ...end };
  }

  private look: () => Promise<void> = async () => {};

  /** The runtime wants the next event and has not answered this one. */
  private missing(): FunctionError | undefined {
    const { invocation } = this;
    if (invocation.answer !== undefined) return undefined;
    return invocation.truncated
      ? invocation.error("Runtime.TruncatedResponse", "The runtime did not finish its response")
      : invocation.error("Runtime.Unknown", "The runtime did not respond");
  }
}

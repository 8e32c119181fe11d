import type { DativoError, ErrorCode, LogLevel, LogRecord, Redactor } from "@dativo/protocol";
import { interruptedError, timeoutError } from "./call-errors.js";
import { type CallScope, runInScope, runOutsideScope } from "./call-scope.js";
import { LineSplitter } from "./line-splitter.js";
import { LogThrottle } from "./log-throttle.js";
import { type FaultOrigin, pluginFault } from "./plugin-fault.js";

/** Milliseconds a plugin has to stop once its call was cancelled. */
const ABORT_GRACE_MS = 1000;

/** Seconds that closing may take; whoever waits for it has nothing else to do any more. */
const CLOSE_TIMEOUT_SECONDS = 10;

/** Longest delay that a timer of Node can have. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** How calls into a plugin are bounded. */
export interface CallLimits {
  /** Seconds a call may take without yielding anything; 0 leaves it to whoever hosts this process. */
  readonly timeoutSeconds: number;
  /** Called when a call is given up: the plugin neither finished in time nor stopped when cancelled. */
  readonly onStuck?: () => void;
  /** Whether a call that is given up runs on and cannot be ended, so that trying again is of no use. @default false */
  readonly isFinal?: boolean;
}

/** Whose calls are guarded, and where its log records go. */
export interface CallGuardOptions {
  readonly plugin: string;
  readonly kind: FaultOrigin["kind"];
  readonly limits: CallLimits;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
  readonly sources: ReadonlySet<string>;
  readonly fallback?: ErrorCode;
}

/** How one call differs from the others. */
export interface CallOptions {
  /** Runs it although its signal is aborted and something else has failed, as cleaning up needs. @default false */
  readonly cleanup?: boolean;
}

const ignore = () => {};

/** Runs the calls into one instance of a plugin, one at a time, so that whatever the plugin does ends as a result or an error. */
export class CallGuard {
  private readonly throttle: LogThrottle;
  private rejectCurrent: ((error: DativoError) => void) | undefined;
  private running: Promise<void> = Promise.resolve();
  private closed: Promise<void> | undefined;
  private readonly lines = new Map<LogLevel, LineSplitter>();
  /** What the plugin threw between two calls. */
  private stray: DativoError | undefined;

  constructor(private readonly options: CallGuardOptions) {
    this.throttle = new LogThrottle(options.plugin, (record) => runOutsideScope(() => options.log(record)));
  }

  get plugin(): string {
    return this.options.plugin;
  }

  /** Takes a log record of the plugin. */
  log(record: LogRecord): void {
    const { plugin, redactor } = this.options;
    const fields = record.fields === undefined ? {} : { fields: redactor.value(record.fields) };
    this.throttle.push({
      source: plugin,
      ...record,
      message: redactor.text(String(record.message)),
      ...fields,
    });
  }

  /** Makes an error of this plugin of anything it threw. */
  fault(thrown: unknown, call: string): DativoError {
    return pluginFault(thrown, { ...this.options, call });
  }

  /**
   * Runs plugin code and settles, whatever that code does.
   *
   * @throws DativoError `PLUGIN_TIMEOUT`, `INTERRUPTED`, what the plugin threw, or `PLUGIN_ERROR`
   */
  async run<T>(
    call: string,
    signal: AbortSignal,
    work: () => T | PromiseLike<T>,
    options: CallOptions = {},
  ): Promise<T> {
    const { plugin, limits } = this.options;
    const heedsAbort = options.cleanup !== true;
    if (heedsAbort) this.throwStray();
    if (heedsAbort && signal.aborted) throw interruptedError(plugin, call, signal.reason);
    let timer: NodeJS.Timeout | undefined;
    let grace: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const outcome = new Promise<T>((resolve, reject) => {
      const giveUp = (error: DativoError) => {
        reject(error);
        limits.onStuck?.();
      };
      this.rejectCurrent = reject;
      if (limits.timeoutSeconds > 0) {
        const timeoutSeconds =
          call === "close" ? Math.min(CLOSE_TIMEOUT_SECONDS, limits.timeoutSeconds) : limits.timeoutSeconds;
        const milliseconds = Math.min(timeoutSeconds * 1000, MAX_TIMER_MS);
        timer = setTimeout(
          () => giveUp(timeoutError(plugin, call, timeoutSeconds, limits.isFinal)),
          milliseconds,
        );
        onAbort = () => {
          grace = setTimeout(() => giveUp(interruptedError(plugin, call, signal.reason)), ABORT_GRACE_MS);
        };
        if (heedsAbort) signal.addEventListener("abort", onAbort, { once: true });
      }
      runInScope(this.scope(call), work).then(resolve, (thrown) => {
        const error = this.fault(thrown, call);
        reject(heedsAbort && signal.aborted ? interruptedError(plugin, call, signal.reason, error) : error);
      });
    });
    this.running = outcome.then(ignore, ignore);
    try {
      return await outcome;
    } finally {
      this.rejectCurrent = undefined;
      clearTimeout(timer);
      clearTimeout(grace);
      if (onAbort !== undefined) signal.removeEventListener("abort", onAbort);
    }
  }

  /** Runs plugin code that nobody waits for. */
  forget(call: string, work: () => Promise<unknown>): void {
    runInScope(this.scope(call), work).catch(ignore);
  }

  /** Ends the call that is running, then closes the instance; a second time it only waits for the first. */
  close(closing: AbortController, work: () => Promise<void>): Promise<void> {
    this.closed ??= this.closeOnce(closing, work);
    return this.closed;
  }

  private async closeOnce(closing: AbortController, work: () => Promise<void>): Promise<void> {
    closing.abort();
    await this.running;
    try {
      await this.run("close", closing.signal, work, { cleanup: true });
    } finally {
      this.end();
    }
  }

  /** Says what is still to be said, when no further call will come. */
  end(): void {
    for (const [level, splitter] of this.lines)
      for (const message of splitter.end()) this.log({ level, message });
    this.throttle.report();
    if (this.stray !== undefined) this.logStray(this.stray);
    this.stray = undefined;
  }

  private logStray(error: DativoError): void {
    this.log({ level: "error", message: error.message, fields: { error_code: error.code } });
  }

  private scope(call: string): CallScope {
    return {
      plugin: this.plugin,
      call,
      sources: this.options.sources,
      print: (level, text) => this.print(level, text),
      fail: (thrown) => {
        const error = this.fault(thrown, call);
        if (this.rejectCurrent !== undefined) this.rejectCurrent(error);
        else if (this.closed !== undefined) this.logStray(error);
        else this.stray ??= error;
      },
    };
  }

  private print(level: LogLevel, text: string): void {
    let splitter = this.lines.get(level);
    if (splitter === undefined) {
      splitter = new LineSplitter();
      this.lines.set(level, splitter);
    }
    for (const message of splitter.push(text)) this.log({ level, message });
  }

  private throwStray(): void {
    const { stray } = this;
    this.stray = undefined;
    if (stray !== undefined) throw stray;
  }
}

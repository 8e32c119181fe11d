import { allocateWords, type Pointer } from "../native/memory.js";
import { callAsync } from "./call-gate.js";
import { interruptedError } from "./errors.js";
import type { DuckDbLibrary, NativeFunction } from "./library.js";

/** Milliseconds between two requests to stop; one that comes before the statement has begun is lost. */
const INTERRUPT_EVERY_MS = 20;

/** A native connection and what runs on it. */
export class Session {
  private readonly slot: BigUint64Array;
  private repeat: NodeJS.Timeout | undefined;
  private running = false;

  constructor(
    readonly library: DuckDbLibrary,
    handle: Pointer,
  ) {
    this.slot = allocateWords(1);
    this.slot[0] = handle;
  }

  get handle(): Pointer {
    return this.slot[0] as Pointer;
  }

  /** Runs a native function on another thread. */
  async call<Args extends unknown[], Result>(
    native: NativeFunction<Args, Result>,
    ...args: Args
  ): Promise<Result> {
    this.running = true;
    try {
      return await callAsync(native, ...args);
    } finally {
      this.running = false;
    }
  }

  /** Stops the statement that runs, and every one that follows until `resume`. */
  interruptNow(): void {
    this.interrupt();
    this.repeat ??= setInterval(() => this.interrupt(), INTERRUPT_EVERY_MS).unref();
  }

  /** Lets statements run again after `interruptNow`. */
  resume(): void {
    clearInterval(this.repeat);
    this.repeat = undefined;
  }

  disconnect(): void {
    this.resume();
    if (this.handle !== 0n) this.library.disconnect(this.slot);
    this.slot[0] = 0n;
  }

  private interrupt(): void {
    if (this.running) this.library.interrupt(this.handle);
  }
}

/** Does work that an abort signal stops; whatever then fails, fails as `INTERRUPTED`. */
export async function withSession<T>(
  session: Session,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (signal === undefined) return work();
  if (signal.aborted) throw interruptedError(signal);
  const stop = () => session.interruptNow();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw interruptedError(signal);
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    if (signal.aborted) session.resume();
  }
}

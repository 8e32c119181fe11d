import { allocateWords, type Pointer } from "../native/memory.js";
import { callAsync } from "./call-gate.js";
import { interruptedError } from "./errors.js";
import type { DuckDbLibrary, NativeFunction } from "./library.js";

/** Milliseconds between two requests to stop; one that comes before the statement has begun is lost. */
const INTERRUPT_EVERY_MS = 20;

/** A native connection and what runs on it. */
export class Session {
  private readonly slot: BigUint64Array;
  private interrupting = false;
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

  /** Runs a native function on another thread; while an interruption is pending, it is asked to stop. */
  async call<Args extends unknown[], Result>(native: NativeFunction<Args, Result>, ...args: Args): Promise<Result> {
    const repeat = setInterval(() => {
      if (this.interrupting && this.running) this.library.interrupt(this.handle);
    }, INTERRUPT_EVERY_MS);
    repeat.unref();
    this.running = true;
    try {
      return await callAsync(native, ...args);
    } finally {
      this.running = false;
      clearInterval(repeat);
    }
  }

  /** Stops the statement that runs, and every one that follows until `resume`. */
  interruptNow(): void {
    this.interrupting = true;
    if (this.running) this.library.interrupt(this.handle);
  }

  /** Lets statements run again after `interruptNow`. */
  resume(): void {
    this.interrupting = false;
  }

  /** True once stopping was asked for. */
  get isInterrupting(): boolean {
    return this.interrupting;
  }

  disconnect(): void {
    if (this.handle !== 0n) this.library.disconnect(this.slot);
    this.slot[0] = 0n;
  }
}

/** Does work that an abort signal stops; whatever then fails, fails as `INTERRUPTED`. */
export async function withSession<T>(session: Session, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
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

import { setTimeout as sleep } from "node:timers/promises";
import { DativoError } from "@dativo/protocol";
import type { NativeFunction } from "../load/native-library.js";
import { callAsync } from "./call-async.js";
import type { CallNote } from "./crash-note.js";
import { noteCallBegin, noteCallEnd } from "./exit-hook.js";

/** Milliseconds that a call has to return before its instance is left behind. */
const IDLE_GRACE_MS = 1000;

/** The calls into one native instance, of which one runs at a time. */
export class NativeCalls {
  private running: Promise<unknown> = Promise.resolve();

  constructor(private readonly note: CallNote | undefined) {}

  /** Calls a function on another thread, once the call before it has returned. */
  run<Args extends unknown[], Result>(
    name: string,
    native: NativeFunction<Args, Result>,
    ...args: Args
  ): Promise<Result> {
    const call = this.running.then(() => this.runNow(name, native, args));
    this.running = call.catch(() => undefined);
    return call;
  }

  /**
   * Waits until no call is under way, but not for ever; an instance that is inside a call must not be freed.
   *
   * @returns whether the calls have returned
   */
  async idle(): Promise<boolean> {
    const waited = new AbortController();
    const given = sleep(IDLE_GRACE_MS, false, { signal: waited.signal }).catch(() => false);
    const idle = await Promise.race([this.running.then(() => true), given]);
    waited.abort();
    return idle;
  }

  private async runNow<Args extends unknown[], Result>(
    name: string,
    native: NativeFunction<Args, Result>,
    args: Args,
  ): Promise<Result> {
    this.note?.write(name);
    noteCallBegin();
    try {
      return await callAsync(native, ...args);
    } finally {
      noteCallEnd();
      this.note?.write("");
    }
  }
}

/** A native function that did what the contract does not allow. */
export function nativeFault(call: string, problem: string, hint?: string): DativoError {
  return new DativoError({
    code: "ABI_VIOLATION",
    message: `${call} ${problem}.`,
    hint,
    details: { native_call: call },
  });
}

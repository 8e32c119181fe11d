import { DativoError } from "@dativo/protocol";
import type { NativeFunction } from "../load/native-library.js";
import { callAsync } from "./call-async.js";
import type { CallNote } from "./crash-note.js";
import { noteCallBegin, noteCallEnd } from "./exit-hook.js";

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

  /** Settles when no call is under way. */
  async idle(): Promise<void> {
    await this.running;
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

import { setTimeout as sleep } from "node:timers/promises";
import { DativoError } from "@dativo/protocol";
import type { NativeFunction } from "../load/native-library.js";
import type { CallNote } from "./crash-note.js";
import { noteCallBegin, noteCallEnd } from "./exit-hook.js";

/** Milliseconds that a call has to return before its instance is left behind. */
const IDLE_GRACE_MS = 1000;

const ignore = () => {};

/** The calls into one native instance, of which one runs at a time. */
export class NativeCalls {
  private running: Promise<unknown> = Promise.resolve();
  /** Calls that were asked for and have not returned. */
  private open = 0;

  constructor(private readonly note: CallNote | undefined) {}

  /** Calls a function on another thread, once the call before it has returned. */
  run<Args extends unknown[], Result>(
    name: string,
    native: NativeFunction<Args, Result>,
    ...args: Args
  ): Promise<Result> {
    const now = () => this.runNow(name, native, args);
    this.open += 1;
    const call = this.open === 1 ? now() : this.running.then(now);
    this.running = call.catch(ignore);
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

  private runNow<Args extends unknown[], Result>(
    name: string,
    native: NativeFunction<Args, Result>,
    args: Args,
  ): Promise<Result> {
    this.note?.begin(name);
    noteCallBegin();
    const end = () => {
      noteCallEnd();
      this.note?.end();
      this.open -= 1;
    };
    return new Promise((resolve, reject) => {
      try {
        native.async(...args, (error, result) => {
          end();
          if (error) reject(error);
          else resolve(result);
        });
      } catch (error) {
        end();
        reject(error);
      }
    });
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

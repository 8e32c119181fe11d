import { AsyncLocalStorage } from "node:async_hooks";
import type { LogLevel } from "@dativo/protocol";

/** The call into a plugin that some code runs on behalf of, timers and promises it started included. */
export interface CallScope {
  /** Name of the plugin, for messages. */
  readonly plugin: string;
  /** Name of the call, for messages. */
  readonly call: string;
  /** Takes a line that the plugin printed. */
  print(level: LogLevel, text: string): void;
  /** Takes what the plugin threw where nothing could catch it. */
  fail(thrown: unknown): void;
}

const storage = new AsyncLocalStorage<CallScope | undefined>();

/** The scope of the plugin code that is running, or undefined outside plugins. */
export function currentScope(): CallScope | undefined {
  return storage.getStore();
}

/** Runs plugin code, and everything it starts, in a scope. */
export function runInScope<T>(scope: CallScope, work: () => T): T {
  return storage.run(scope, work);
}

/** Runs host code that a plugin called, so that what the host prints is not taken for the plugin's. */
export function runOutsideScope<T>(work: () => T): T {
  return storage.run(undefined, work);
}

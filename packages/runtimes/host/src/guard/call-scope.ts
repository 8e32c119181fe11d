import { AsyncLocalStorage } from "node:async_hooks";
import type { LogLevel } from "@dativo/protocol";
import { pluginFrames } from "./plugin-frames.js";

/** The call into a plugin that some code runs on behalf of, timers and promises it started included. */
export interface CallScope {
  /** Name of the plugin, for messages. */
  readonly plugin: string;
  /** Name of the call, for messages. */
  readonly call: string;
  /** Absolute paths of the plugin's source files. */
  readonly sources: ReadonlySet<string>;
  /** Takes a line that the plugin printed. */
  print(level: LogLevel, text: string): void;
  /** Takes what the plugin threw where nothing could catch it. */
  fail(thrown: unknown): void;
}

const storage = new AsyncLocalStorage<CallScope | undefined>();

/** The scopes whose calls have not returned. */
const underWay = new Set<CallScope>();

/** The scope of the plugin code that is running, or undefined outside plugins. */
export function currentScope(): CallScope | undefined {
  return storage.getStore();
}

/**
 * The scope of what was thrown where nothing could catch it. Node loses the scope of a callback given to
 * `queueMicrotask`; then the plugin is known by its files in the stack.
 */
export function scopeOf(thrown: unknown): CallScope | undefined {
  const scope = storage.getStore();
  if (scope !== undefined || !(thrown instanceof Error) || typeof thrown.stack !== "string") return scope;
  const { stack } = thrown;
  return [...underWay].find(({ sources }) => pluginFrames(stack, sources).length > 0);
}

/** Runs plugin code, and everything it starts, in a scope. */
export async function runInScope<T>(scope: CallScope, work: () => T | PromiseLike<T>): Promise<T> {
  underWay.add(scope);
  try {
    return await storage.run(scope, async () => await work());
  } finally {
    underWay.delete(scope);
  }
}

/** Runs host code that a plugin called, so that what the host prints is not taken for the plugin's. */
export function runOutsideScope<T>(work: () => T): T {
  return storage.run(undefined, work);
}

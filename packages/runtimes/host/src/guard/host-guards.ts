import { format } from "node:util";
import { DativoError, type LogLevel } from "@dativo/protocol";
import { currentScope, scopeOf } from "./call-scope.js";

let installed = false;

/**
 * Makes this process safe to run plugins in: what a plugin prints becomes log records, `process.exit` becomes an
 * error, and what it throws where nothing catches it fails the call it came from.
 *
 * Code outside plugins is not affected. Installed once a process, and for good, because a timer that a plugin
 * left behind may fire long after its last call.
 */
export function installHostGuards(): void {
  if (installed) return;
  installed = true;
  guardConsole();
  guardStream(process.stdout, "info");
  guardStream(process.stderr, "warn");
  guardExit();
  process.on("uncaughtException", onUncaughtException);
  process.on("unhandledRejection", onUnhandledRejection);
}

const CONSOLE_LEVELS = {
  debug: "debug",
  trace: "debug",
  log: "info",
  info: "info",
  warn: "warn",
  error: "error",
} as const satisfies Record<string, LogLevel>;

function guardConsole(): void {
  for (const [method, level] of Object.entries(CONSOLE_LEVELS) as [keyof typeof CONSOLE_LEVELS, LogLevel][]) {
    const original = console[method];
    console[method] = (...values: unknown[]) => {
      const scope = currentScope();
      if (scope === undefined) original.apply(console, values);
      else scope.print(level, `${format(...values)}\n`);
    };
  }
}

function guardStream(stream: NodeJS.WriteStream, level: LogLevel): void {
  const original = stream.write;
  const guarded = function (this: NodeJS.WriteStream, chunk: unknown, ...rest: unknown[]): boolean {
    const scope = currentScope();
    if (scope === undefined) return Reflect.apply(original, this, [chunk, ...rest]) as boolean;
    const encoding = typeof rest[0] === "string" ? (rest[0] as BufferEncoding) : "utf8";
    scope.print(level, typeof chunk === "string" ? Buffer.from(chunk, encoding).toString() : decode(chunk));
    const done = rest.find((argument) => typeof argument === "function") as (() => void) | undefined;
    if (done !== undefined) process.nextTick(done);
    return true;
  };
  stream.write = guarded as typeof stream.write;
}

function decode(chunk: unknown): string {
  return ArrayBuffer.isView(chunk)
    ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString()
    : String(chunk);
}

function guardExit(): void {
  const original = process.exit;
  process.exit = ((code?: number | string | null) => {
    const scope = currentScope();
    if (scope === undefined) return original(code);
    const error = new DativoError({
      code: "PLUGIN_ERROR",
      message: `it called process.exit(${code ?? ""})`,
      hint: "Throw an error instead; a plugin cannot end the process it runs in.",
    });
    // The plugin may catch what is thrown here; the call fails all the same.
    scope.fail(error);
    throw error;
  }) as typeof process.exit;
}

function onUncaughtException(thrown: unknown): void {
  const scope = scopeOf(thrown);
  if (scope !== undefined) scope.fail(thrown);
  else if (process.listenerCount("uncaughtException") === 1) crash(thrown);
}

function onUnhandledRejection(thrown: unknown): void {
  const scope = scopeOf(thrown);
  if (scope !== undefined) scope.fail(thrown);
  else if (process.listenerCount("unhandledRejection") === 1) crash(thrown);
}

/** Does what Node would have done without the listeners above. */
function crash(thrown: unknown): void {
  process.off("uncaughtException", onUncaughtException);
  process.off("unhandledRejection", onUnhandledRejection);
  setImmediate(() => {
    throw thrown;
  });
}

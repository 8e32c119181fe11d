import { DativoError, type Redactor } from "@dativo/protocol";
import type { ProcessEnd } from "./plugin-process.js";

/** What V8, Python, Rust and C++ say last when there is no memory left. */
const OUT_OF_MEMORY =
  /heap out of memory|allocation failure|MemoryError|memory allocation of \d+ bytes failed|bad_alloc/i;

/** The error for a call whose plugin's process ended before it answered. */
export function crashError(
  plugin: string,
  call: string,
  end: ProcessEnd,
  options: { readonly redactor: Redactor; readonly memoryLimitMb?: number | undefined },
): DativoError {
  const lastLines = end.lastLines.map((line) => options.redactor.text(line));
  const details = { plugin, call, exit_code: end.code, signal: end.signal, last_lines: lastLines };
  if (end.startError !== undefined)
    return new DativoError({
      code: "SANDBOX_ERROR",
      message: `The process of plugin "${plugin}" could not be started: ${end.startError.message}`,
      hint: "Check that the system allows another process.",
      details,
      cause: end.startError,
    });
  const output =
    lastLines.length === 0 ? "" : ` Its last output:\n${lastLines.map((line) => `  ${line}`).join("\n")}`;
  const outOfMemory = end.memoryMb !== undefined || end.lastLines.some((line) => OUT_OF_MEMORY.test(line));
  const taken = end.memoryMb === undefined ? "" : ` (it took ${end.memoryMb} MB)`;
  return new DativoError({
    code: "PLUGIN_CRASHED",
    message: `The process of plugin "${plugin}" ${howEnded(end)} during ${call}${outOfMemory ? `, out of memory${taken}` : ""}.${output}`,
    hint: outOfMemory ? memoryHint(options.memoryLimitMb) : undefined,
    details,
  });
}

function howEnded({ code, signal }: ProcessEnd): string {
  return signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
}

function memoryHint(limit: number | undefined): string {
  const raise =
    limit === undefined ? "Give it more memory" : `Raise plugins.sandbox.memory_limit (now ${limit} MB)`;
  return `${raise}, or let the plugin hand over smaller batches.`;
}

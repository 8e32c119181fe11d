import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Interpreter } from "@dativo/runtime-python";

/** Bytes that a program may print. */
const MAX_OUTPUT = 64 * 1_048_576;

/** Runs one of the programs below `packaging/` and parses the JSON that it prints. */
export async function askPython<T>(
  interpreter: Interpreter,
  program: "trace_imports.py" | "read_requirements.py",
  words: readonly string[],
  signal: AbortSignal,
): Promise<T> {
  const file = fileURLToPath(new URL(`../../packaging/${program}`, import.meta.url));
  return JSON.parse(await runPython(interpreter, ["-B", file, ...words], signal)) as T;
}

/** Runs an interpreter to its end and returns what it printed; what it threw has `stderr`. */
export async function runPython(
  { command, args }: Interpreter,
  words: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, [...args, ...words], {
    signal,
    maxBuffer: MAX_OUTPUT,
    encoding: "utf8",
    env: { ...process.env, PYTHONIOENCODING: "utf-8", PYTHONDONTWRITEBYTECODE: "1" },
  });
  return stdout;
}

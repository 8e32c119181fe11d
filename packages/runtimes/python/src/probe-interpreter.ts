import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { DativoError } from "@dativo/protocol";
import type { Interpreter } from "./find-interpreter.js";

/** What an interpreter says of itself. */
export interface InterpreterFacts {
  /** Such as `3.11.7`. */
  readonly version: string;
  /** Version of the pyarrow that is installed for it, with which batches travel as columns. */
  readonly pyarrow?: string;
}

/** Oldest version of Python that plugins run on; `dativo_host.py` says the same. */
const OLDEST = [3, 9] as const;

/** Milliseconds that an interpreter has to start. */
const TIMEOUT_MS = 20_000;

const QUESTION = `
import sys
print(".".join(map(str, sys.version_info[:3])))
try:
    from importlib.metadata import version
    print(version("pyarrow"))
except Exception:
    pass
`;

/**
 * Starts an interpreter and asks it for its version.
 *
 * @throws DativoError `PLUGIN_LOAD_FAILED` when it does not start or is older than 3.9
 */
export async function probeInterpreter({ command, args }: Interpreter): Promise<InterpreterFacts> {
  const [version = "", pyarrow] = (await ask(command, args)).trim().split(/\r?\n/);
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new DativoError({
      code: "PLUGIN_LOAD_FAILED",
      message: `${command} is Python ${version}; plugins need ${OLDEST.join(".")} or newer.`,
      hint: "Install a newer Python, or name its interpreter under engine.options.python.",
    });
  return { version, ...(pyarrow === undefined ? {} : { pyarrow }) };
}

async function ask(command: string, args: readonly string[]): Promise<string> {
  try {
    const answer = await promisify(execFile)(command, [...args, "-c", QUESTION], {
      timeout: TIMEOUT_MS,
      encoding: "utf8",
    });
    return answer.stdout;
  } catch (cause) {
    throw new DativoError({
      code: "PLUGIN_LOAD_FAILED",
      message: `${command} does not start: ${(cause as Error).message.trim()}`,
      hint: "Name a working Python interpreter under engine.options.python.",
      cause,
    });
  }
}

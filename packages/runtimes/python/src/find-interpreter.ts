import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { DativoError } from "@dativo/protocol";

/** Where an interpreter is looked for. */
export interface InterpreterSearch {
  /** `engine.options.python` of the job: a path, or a command. */
  readonly named?: string | undefined;
  /** Absolute folder that relative paths start at and whose virtual environment is taken. */
  readonly projectRoot: string;
  readonly env: NodeJS.ProcessEnv;
  /** @default process.platform */
  readonly platform?: NodeJS.Platform;
}

/** A Python interpreter, and why it was chosen. */
export interface Interpreter {
  /** Absolute path. */
  readonly command: string;
  /** Arguments before those of the program, such as `-3` of the Windows launcher. */
  readonly args: readonly string[];
  readonly origin: string;
}

/** Folders of a project that may hold its virtual environment. */
const ENVIRONMENT_FOLDERS = [".venv", "venv"];

/**
 * Finds the interpreter of a project's Python plugins: the one that the job names, the project's virtual environment,
 * the active one, then the system's.
 *
 * @throws DativoError `PLUGIN_LOAD_FAILED` when there is none
 * @example
 * findInterpreter({ projectRoot: "/srv/jobs", env: process.env }).command // "/srv/jobs/.venv/bin/python"
 */
export function findInterpreter(search: InterpreterSearch): Interpreter {
  const { named, projectRoot, env, platform = process.platform } = search;
  if (named !== undefined) return namedInterpreter(named, search);
  for (const folder of ENVIRONMENT_FOLDERS) {
    const command = inEnvironment(join(projectRoot, folder), platform);
    if (command !== undefined) return { command, args: [], origin: `${folder} of the project` };
  }
  const active = env.VIRTUAL_ENV;
  const command = active ? inEnvironment(resolve(projectRoot, active), platform) : undefined;
  if (command !== undefined) return { command, args: [], origin: "VIRTUAL_ENV" };
  const candidates: readonly (readonly [string, readonly string[]])[] =
    platform === "win32"
      ? [
          ["py", ["-3"]],
          ["python", []],
        ]
      : [
          ["python3", []],
          ["python", []],
        ];
  for (const [name, args] of candidates) {
    const found = onPath(name, env, platform);
    if (found !== undefined) return { command: found, args, origin: `${name} on PATH` };
  }
  throw new DativoError({
    code: "PLUGIN_LOAD_FAILED",
    message: `There is no Python interpreter: neither a virtual environment in ${projectRoot} nor ${candidates.map(([name]) => name).join(" or ")} on PATH.`,
    hint: "Install Python 3.9 or newer, or name an interpreter under engine.options.python.",
    details: { project_root: projectRoot },
  });
}

function namedInterpreter(
  named: string,
  { projectRoot, env, platform = process.platform }: InterpreterSearch,
) {
  const isPath = /[\\/]/.test(named);
  const path = isAbsolute(named) ? named : resolve(projectRoot, named);
  // A virtual environment may be named as a whole.
  const command = isPath
    ? isExecutable(path, platform)
      ? path
      : inEnvironment(path, platform)
    : onPath(named, env, platform);
  if (command !== undefined) return { command, args: [], origin: "engine.options.python" };
  throw new DativoError({
    code: "PLUGIN_LOAD_FAILED",
    message: `engine.options.python is "${named}", and ${isPath ? `${path} is no program` : "there is no such command on PATH"}.`,
    hint: "Name a Python interpreter, such as .venv/bin/python or python3.11.",
    details: { key: "engine.options.python" },
  });
}

function inEnvironment(folder: string, platform: NodeJS.Platform): string | undefined {
  const path = platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
  return isExecutable(path, platform) ? path : undefined;
}

function onPath(name: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const endings = platform === "win32" ? [".exe", ".cmd", ".bat", ""] : [""];
  for (const folder of (env.PATH ?? env.Path ?? "").split(delimiter).filter((one) => one !== ""))
    for (const ending of endings) {
      const path = join(folder, `${name}${ending}`);
      if (isExecutable(path, platform)) return path;
    }
  return undefined;
}

function isExecutable(path: string, platform: NodeJS.Platform): boolean {
  try {
    accessSync(path, platform === "win32" ? constants.F_OK : constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

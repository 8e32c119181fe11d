import { dirname, join, relative } from "node:path";
import { isFile } from "@dativo/runtime-host";
import type { Interpreter } from "@dativo/runtime-python";
import { askPython } from "./python-interpreter.js";

/** What a plugin needs beside the project's own files. */
export interface PythonRequirements {
  /** The file that says so, from the project folder; absent when there is none. */
  readonly file?: string;
  /** Requirements and options as pip takes them, one a line. */
  readonly lines: readonly string[];
  /** Requirements that leave open which version is taken. */
  readonly unpinned: readonly string[];
}

/** Files that say what a project needs, in the order in which they are taken. */
const NAMES = ["requirements.txt", "pyproject.toml"];

/** Finds the requirements of a plugin: those beside it, or the nearest above it up to the project folder. */
export async function pythonRequirements(
  plugin: string,
  projectRoot: string,
  interpreter: Interpreter,
  signal: AbortSignal,
): Promise<PythonRequirements> {
  const file = requirementsFile(dirname(plugin), projectRoot);
  if (file === undefined) return { lines: [], unpinned: [] };
  const lines = await askPython<string[]>(interpreter, "read_requirements.py", [file], signal);
  return {
    file: relative(projectRoot, file),
    lines,
    unpinned: lines.filter((line) => !line.startsWith("-") && !/===?|\s@\s|^\//.test(line)),
  };
}

function requirementsFile(folder: string, projectRoot: string): string | undefined {
  const found = NAMES.map((name) => join(folder, name)).find(isFile);
  if (found !== undefined) return found;
  const above = dirname(folder);
  return folder === projectRoot || above === folder ? undefined : requirementsFile(above, projectRoot);
}

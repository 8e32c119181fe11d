import { findSourceMap } from "node:module";
import { fileURLToPath } from "node:url";

const POSITION = /((?:file:\/\/|\/|[A-Za-z]:[\\/]).*?):(\d+):(\d+)\)?$/;

/** The positions of a stack, innermost first, that lie in one of some files, as `file:line:column`. */
export function pluginFrames(stack: string, files: ReadonlySet<string>): string[] {
  const frames: string[] = [];
  for (const line of stack.split("\n")) {
    const match = POSITION.exec(line);
    if (match === null || !line.trimStart().startsWith("at ")) continue;
    const { file, row, column } = original(match[1] as string, Number(match[2]), Number(match[3]));
    if (files.has(file)) frames.push(`${file}:${row}:${column}`);
  }
  return frames;
}

/** Where generated code came from; Node has replaced that in the stack itself, unless a test runner replaced Node's way. */
function original(location: string, row: number, column: number) {
  const entry = findSourceMap(location)?.findEntry(row - 1, column - 1);
  if (entry !== undefined && "originalSource" in entry)
    return {
      file: pathOf(entry.originalSource),
      row: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  return { file: pathOf(location), row, column };
}

function pathOf(location: string): string {
  if (!location.startsWith("file:")) return location;
  try {
    return fileURLToPath(location);
  } catch {
    return location; // a file address of another machine
  }
}

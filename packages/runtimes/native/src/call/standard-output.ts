import { loadKoffi } from "@dativo/columnar";

/** `F_DUPFD_CLOEXEC`, by platform: a copy that programs which this process starts do not get. */
const COPY_CLOSED_ON_EXEC: Partial<Record<NodeJS.Platform, number>> = { linux: 1030, darwin: 67 };
const STDOUT = 1;
const STDERR = 2;
const FIRST_FREE = 3;

let kept: number | undefined;

/**
 * Lets what native code in this process prints on standard output arrive on standard error, and keeps the way to
 * standard output for the host alone: a library's `println!` or `printf` writes to descriptor 1 itself, past
 * everything that could tell it from what the host prints.
 *
 * Nothing is captured: what is printed is shown at once, also when the library ends the process right after it.
 *
 * @returns the descriptor that now leads to standard output, the same one every time; undefined where it cannot be
 * had (on Windows, or without a standard output)
 */
export function keepStandardOutput(): number | undefined {
  const copyClosedOnExec = COPY_CLOSED_ON_EXEC[process.platform];
  if (kept !== undefined || copyClosedOnExec === undefined) return kept;
  const c = loadKoffi().load(null);
  const copy = c.func("int fcntl(int, int, ...)")(STDOUT, copyClosedOnExec, "int", FIRST_FREE) as number;
  if (copy < 0) return undefined;
  c.func("int dup2(int, int)")(STDERR, STDOUT);
  kept = copy;
  return kept;
}

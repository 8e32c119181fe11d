import { readFileSync } from "node:fs";

/** Milliseconds between looks at how much memory a process holds. */
const INTERVAL_MS = 25;

/**
 * Watches the memory of a process from outside, as it holds for memory of every kind: a limit on the heap of its
 * language does not bind what native code allocates. What the process held when the watch began is its own.
 *
 * Only Linux tells how much a process holds; elsewhere nothing is watched.
 *
 * @param onExceeded is called once, with the megabytes that the process holds more than at the beginning
 * @returns what ends the watch
 */
export function watchMemory(
  pid: number,
  limitMb: number,
  onExceeded: (megabytes: number) => void,
): () => void {
  const before = residentMegabytes(pid);
  if (before === undefined) return () => {};
  const timer = setInterval(() => {
    const held = (residentMegabytes(pid) ?? 0) - before;
    if (held <= limitMb) return;
    clearInterval(timer);
    onExceeded(Math.round(held));
  }, INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Megabytes (2^20 bytes) of physical memory that a process holds, or undefined where nobody tells. */
function residentMegabytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1024;
  } catch {
    return undefined;
  }
}

import { setTimeout as sleep } from "node:timers/promises";

/** Kinds of resources that keep a process alive although a plugin that left them behind was closed. */
const LEAKS = new Set([
  "FSEventWrap",
  "PipeWrap",
  "ProcessWrap",
  "TCPServerWrap",
  "TCPSocketWrap",
  "Timeout",
  "TLSWrap",
  "UDPWrap",
  "Worker",
]);

/** How many resources of each kind keep this process alive now. */
export function openResources(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo())
    if (LEAKS.has(kind)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Timers of the looks at other plugins that are closed at the same time. */
let ownTimers = 0;

/** How often, and how many milliseconds apart, it is looked whether resources that were open have been let go. */
const LOOKS = 10;
const LOOK_MS = 20;

/**
 * The resources that were opened since `before` and are still open; those that are only being let go, as connections
 * are a moment after their last answer, are not among them.
 *
 * @example
 * const before = openResources(); …; await leakedHandles(before) // { Timeout: 1 }
 */
export async function leakedHandles(
  before: Readonly<Record<string, number>>,
): Promise<Readonly<Record<string, number>>> {
  let leaked = openedSince(before);
  for (let look = 1; look < LOOKS && Object.keys(leaked).length > 0; look += 1) {
    ownTimers += 1;
    await sleep(LOOK_MS);
    ownTimers -= 1;
    leaked = openedSince(before);
  }
  return leaked;
}

function openedSince(before: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const leaked = Object.entries(openResources()).map(
    ([kind, count]) => [kind, count - (before[kind] ?? 0) - (kind === "Timeout" ? ownTimers : 0)] as const,
  );
  return Object.fromEntries(leaked.filter(([, count]) => count > 0));
}

/** Kinds of resources that keep a process alive although a plugin that left them behind was closed. */
const LEAKS = new Set([
  "FSEventWrap",
  "Immediate",
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

/**
 * The resources that were opened since `before` and are still open.
 *
 * @example
 * const before = openResources(); …; leakedHandles(before) // { Timeout: 1 }
 */
export function leakedHandles(before: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const leaked = Object.entries(openResources()).map(
    ([kind, count]) => [kind, count - (before[kind] ?? 0)] as const,
  );
  return Object.fromEntries(leaked.filter(([, count]) => count > 0));
}

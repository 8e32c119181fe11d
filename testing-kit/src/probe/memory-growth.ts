/** What a process held after so many uses of a plugin. */
export interface MemoryPoint {
  readonly uses: number;
  readonly held: number;
}

/** Points of which the growth is taken; what comes before sets up what stays. */
const LAST_POINTS = 6;

/**
 * What every use adds, at the end of a series: the median of the slopes between all pairs of points, which neither a
 * jump nor a single odd point moves; nothing when there are too few points to tell.
 */
export function growthPerUse(memory: readonly MemoryPoint[]): number {
  const last = memory.slice(-LAST_POINTS);
  if (last.length < 3) return 0;
  const slopes = last
    .flatMap((from, index) =>
      last.slice(index + 1).map((to) => (to.held - from.held) / (to.uses - from.uses)),
    )
    .sort((a, b) => a - b);
  return Math.max(0, slopes[Math.floor(slopes.length / 2)] ?? 0);
}

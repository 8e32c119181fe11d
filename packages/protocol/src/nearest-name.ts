/** Edits (insert, remove, replace, swap neighbours) that turn one text into the other. */
export function editDistance(left: string, right: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1];
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1])
        best = Math.min(best, (beforeLast[j - 2] ?? 0) + 1);
      row.push(best);
    }
    beforeLast = last;
    last = row;
  }
  return last[right.length] ?? left.length;
}

/**
 * The candidates that a mistyped name most likely meant, nearest first; none when nothing is near.
 *
 * @example
 * nearestNames("conection", ["connection", "credentials"]) // ["connection"]
 */
export function nearestNames(name: string, candidates: Iterable<string>, limit = 3): readonly string[] {
  const wanted = plain(name);
  const near = (candidate: string) =>
    distanceTo(wanted, plain(candidate)) <=
    Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3));
  return nearestFirst(name, candidates).filter(near).slice(0, limit);
}

/**
 * The candidate that a mistyped name most likely meant, if any is near.
 *
 * @example
 * nearestName("bas_url", ["base_url", "token"]) // "base_url"
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  return nearestNames(name, candidates, 1)[0];
}

/** All candidates, those most like a wanted name first. */
export function nearestFirst(name: string, candidates: Iterable<string>): readonly string[] {
  const wanted = plain(name);
  return [...new Set(candidates)]
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, plain(candidate)) }))
    .sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
    .map(({ candidate }) => candidate);
}

function distanceTo(wanted: string, candidate: string): number {
  // "path" for "file_path" is a likelier slip than its distance says.
  if (wanted.length >= 3 && candidate.includes(wanted)) return 1;
  return editDistance(wanted, candidate);
}

function plain(name: string): string {
  return name
    .slice(0, 80)
    .toLowerCase()
    .replaceAll(/[-_\s]/g, "");
}

/**
 * The names most like a wanted one, best first; none that has little in common with it.
 *
 * @example
 * nearestNames("peple.csv", ["people.csv", "orders.csv"]) // ["people.csv"]
 */
export function nearestNames(wanted: string, names: readonly string[], limit = 3): string[] {
  const reach = Math.max(2, Math.ceil(wanted.length / 3));
  return names
    .map((name) => ({ name, distance: editDistance(wanted.toLowerCase(), name.toLowerCase(), reach) }))
    .filter(({ distance }) => distance <= reach)
    .sort((left, right) => left.distance - right.distance || (left.name < right.name ? -1 : 1))
    .slice(0, limit)
    .map(({ name }) => name);
}

/** Number of insertions, deletions and replacements between two texts; anything above `reach` is not exact. */
function editDistance(left: string, right: string, reach: number): number {
  if (Math.abs(left.length - right.length) > reach) return reach + 1;
  let above = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (above[column - 1] as number) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1));
    }
    above = current;
  }
  return above[right.length] as number;
}

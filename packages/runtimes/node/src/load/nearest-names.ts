/** Some names, those most like a wanted one first. */
export function nearestFirst(wanted: string, names: readonly string[]): string[] {
  const distance = new Map(
    names.map((name) => [name, editDistance(wanted.toLowerCase(), name.toLowerCase())]),
  );
  return [...names].sort((a, b) => (distance.get(a) ?? 0) - (distance.get(b) ?? 0) || a.localeCompare(b));
}

/** The name that was probably meant, or undefined when none is like it. */
export function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const [nearest] = nearestFirst(wanted, names);
  if (nearest === undefined) return undefined;
  const limit = Math.max(2, Math.ceil(wanted.length / 3));
  return editDistance(wanted.toLowerCase(), nearest.toLowerCase()) <= limit ? nearest : undefined;
}

/** Number of characters to insert, delete or replace to make one text of another. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** Columns padded to their widest cell, two spaces apart; cells may hold colour. */
export function formatTable(
  rows: readonly (readonly string[])[],
  options: { readonly indent?: string; readonly right?: readonly number[] } = {},
): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
    });
  return rows.map((row) => {
    const cells = row.map((cell, column) => {
      const space = " ".repeat((widths[column] ?? 0) - displayWidth(cell));
      return options.right?.includes(column) ? space + cell : cell + space;
    });
    return ((options.indent ?? "") + cells.join("  ")).trimEnd();
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
const COLOUR = /\u001b\[[0-9;]*m/g;

/** Characters a text takes up in a terminal, colour codes left out. */
export function displayWidth(text: string): number {
  return [...text.replace(COLOUR, "")].length;
}

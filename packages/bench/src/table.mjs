/** Prints rows of text as a table with aligned columns; the first row is the head. */
export function printTable(title, rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const line = (row) =>
    `  ${row.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]))).join("   ")}`;
  console.log(`\n${title}`);
  console.log(line(rows[0]));
  console.log(`  ${widths.map((width) => "─".repeat(width)).join("   ")}`);
  for (const row of rows.slice(1)) console.log(line(row));
}

/** Middle value of some numbers. */
export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Seconds as text with two digits. */
export const seconds = (value) => `${value.toFixed(2)} s`;

/** A ratio as text with two digits. */
export const ratio = (value) => `${value.toFixed(2)}×`;

/** Megabytes (10^6 bytes) as text. */
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

/** Keys and list positions from the top of a file to a value. */
export type KeyPath = readonly (string | number)[];

/** Writes a key path as people write it: `source.files[0].path`. */
export function formatKeyPath(path: KeyPath): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const word = /^[\w$-]+$/.test(part) ? part : JSON.stringify(part);
    return text === "" ? word : `${text}.${word}`;
  }, "");
}

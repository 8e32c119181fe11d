/** One generated file. */
export interface Artifact {
  /** Path from the folder of the package. */
  readonly path: string;
  readonly content: Uint8Array;
}

/** An artifact with one JSON value a line. */
export function ndjson(path: string, values: readonly unknown[]): Artifact {
  const text = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  return { path, content: new TextEncoder().encode(text) };
}

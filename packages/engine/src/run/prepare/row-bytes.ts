import type { BatchData, Row } from "@dativo/protocol";

/** Rows that are measured to estimate the size of all. */
const SAMPLE = 8;

/** Bytes that a batch holds in memory, estimated for rows and unknown (0) for queries. */
export function batchBytes(data: BatchData): number {
  switch (data.form) {
    case "arrow":
    case "native":
      return data.byteSize;
    case "json":
      return data.text.byteLength;
    case "rows":
      return rowBytes(data.rows);
    case "relation":
      return 0;
  }
}

/** Estimates the bytes of rows from a few of them, spread over all. */
export function rowBytes(rows: readonly Row[]): number {
  if (rows.length === 0) return 0;
  const step = Math.max(1, Math.floor(rows.length / SAMPLE));
  let bytes = 0;
  let measured = 0;
  for (let at = 0; at < rows.length; at += step) {
    bytes += valueBytes(rows[at], 0);
    measured += 1;
  }
  return Math.ceil((bytes / measured) * rows.length);
}

const DEEPEST = 8;

function valueBytes(value: unknown, depth: number): number {
  if (typeof value === "string") return value.length + 8;
  if (typeof value !== "object" || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (depth === DEEPEST) return 8;
  let bytes = 8;
  for (const inner of Object.values(value)) bytes += valueBytes(inner, depth + 1);
  return bytes;
}

import { createHash } from "node:crypto";

/** Characters of a record's hash: 96 bits in base64url. */
export const HASH_LENGTH = 16;

/**
 * A hash of everything in a record, whatever the order of its keys.
 *
 * It covers the whole record, not only its key, so that a record changed without a new cursor value counts as new.
 */
export function recordHash(record: unknown): string {
  const parts: string[] = [];
  append(record, parts, 0);
  return createHash("sha256").update(parts.join("")).digest("base64url").slice(0, HASH_LENGTH);
}

/** Deeper nesting is left out of the hash rather than overflowing the stack. */
const MAX_DEPTH = 200;

function append(value: unknown, parts: string[], depth: number): void {
  if (typeof value === "string") parts.push("s", String(value.length), ":", value);
  // An integer may come back as a number or as a bigint, and is the same value.
  else if (typeof value === "number" || typeof value === "bigint") parts.push("n", String(value), ";");
  else if (typeof value !== "object" || value === null) parts.push(String(value), ";");
  else if (depth > MAX_DEPTH) parts.push("…");
  else if (value instanceof Date) parts.push("d", String(value.getTime()), ";");
  else if (ArrayBuffer.isView(value))
    parts.push("b", Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"), ";");
  else if (Array.isArray(value)) {
    parts.push("[");
    for (const item of value) append(item, parts, depth + 1);
    parts.push("]");
  } else appendObject(value as Record<string, unknown>, parts, depth);
}

function appendObject(value: Record<string, unknown>, parts: string[], depth: number): void {
  parts.push("{");
  for (const key of Object.keys(value).sort()) {
    if (value[key] === undefined) continue;
    append(key, parts, depth + 1);
    append(value[key], parts, depth + 1);
  }
  parts.push("}");
}

import { randomUUID } from "node:crypto";
import type { Row } from "@dativo/protocol";

/**
 * Rows as UTF-8 JSON text, as writers of the native ABI v1 take them: bigints as digits, dates as ISO 8601 text,
 * binary as base64.
 */
export function jsonText(rows: readonly Row[]): Uint8Array {
  const marker = `bigint:${randomUUID()}:`;
  let marked = false;
  const text = JSON.stringify(rows, (_key, value: unknown) => {
    if (typeof value === "bigint") {
      marked = true;
      return `${marker}${value}`;
    }
    if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
    return value;
  });
  return Buffer.from(marked ? text.replaceAll(new RegExp(`"${marker}(-?\\d+)"`, "g"), "$1") : text);
}

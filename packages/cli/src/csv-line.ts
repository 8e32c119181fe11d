import { jsonText } from "./json-text.js";

/** One line of CSV; null is empty, an empty text is quoted. */
export function csvLine(values: readonly unknown[]): string {
  return values.map(csvValue).join(",");
}

function csvValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = cellText(value);
  return text === "" || /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as text: binary as base64, lists and objects as JSON. */
export function cellText(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  return typeof value === "object" && value !== null ? jsonText(value, 0) : String(value);
}

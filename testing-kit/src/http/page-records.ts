import { parseLosslessJson } from "@dativo/protocol";
import type { Answer } from "./exchange.js";

/** Where the records of a JSON answer are. */
export interface PageRecords {
  /** The whole body, integers of any size kept. */
  readonly body: unknown;
  readonly records: readonly unknown[];
  /** Member names that lead to the records; empty when the body is the list. */
  readonly path: readonly string[];
}

/** How deep the list of records is looked for. */
const MAX_DEPTH = 4;

/**
 * The records of an answer: the body when it is a list, else the longest list of objects in it; undefined when the
 * answer is not JSON or has none.
 */
export function recordsOf(answer: Answer | undefined): PageRecords | undefined {
  if (answer === undefined || answer.status >= 300) return undefined;
  let body: unknown;
  try {
    body = parseLosslessJson(answer.body.toString("utf8"));
  } catch {
    return undefined;
  }
  const found = lists(body, []).sort((a, b) => b.records.length - a.records.length)[0];
  return found === undefined ? undefined : { body, ...found };
}

function lists(value: unknown, path: readonly string[]): { records: unknown[]; path: readonly string[] }[] {
  if (Array.isArray(value)) return value.every(isObject) ? [{ records: value, path }] : [];
  if (!isObject(value) || path.length >= MAX_DEPTH) return [];
  return Object.entries(value).flatMap(([name, member]) => lists(member, [...path, name]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same answer with other records. */
export function withRecords(answer: Answer, page: PageRecords, records: readonly unknown[]): Answer {
  const body = replaceAt(page.body, page.path, records);
  return { ...answer, body: Buffer.from(losslessText(body)) };
}

function replaceAt(value: unknown, path: readonly string[], records: readonly unknown[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return records;
  const object = value as Record<string, unknown>;
  return { ...object, [first]: replaceAt(object[first], rest, records) };
}

/** JSON text in which a bigint is a number, as servers of other languages write it. */
export function losslessText(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map((item) => losslessText(item ?? null)).join(",")}]`;
  if (isObject(value) && !("toJSON" in value))
    return `{${Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${JSON.stringify(name)}:${losslessText(member)}`)
      .join(",")}}`;
  return JSON.stringify(value) ?? "null";
}

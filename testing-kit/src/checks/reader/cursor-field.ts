import type { Json } from "@dativo/protocol";
import type { Baseline } from "../../plugin/baseline.js";
import { notApplicable } from "../check-failure.js";

/** Where in a raw record something is. */
export type LeafPath = readonly string[];

/** The member of the source's records that a reader's positions are made of. */
export interface CursorField {
  readonly object: string;
  readonly path: LeafPath;
}

/** A value by which cursors are compared: instants as milliseconds, whatever they are written as. */
export function comparable(value: unknown): number | string | undefined {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number") return value;
  if (typeof value !== "string" || value === "") return undefined;
  if (/^\d{4}-\d{2}-\d{2}/.test(value)) {
    const instant = Date.parse(value);
    if (!Number.isNaN(instant)) return instant;
  }
  return /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
}

/** Whether a value stands for a point in time: ISO 8601 text, or seconds or more since the epoch. */
function isInstant(value: unknown): boolean {
  return typeof value === "number"
    ? value > 1e9
    : typeof value === "string" && /^\d{4}-\d{2}-\d{2}/.test(value);
}

/** The value at a path of a record. */
export function leafAt(record: unknown, path: LeafPath): unknown {
  let at = record;
  for (const key of path) at = (at as Record<string, unknown> | null | undefined)?.[key];
  return at;
}

/** A record in which the value at a path is another one. */
export function withLeaf(record: unknown, path: LeafPath, value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const object = record as Record<string, unknown>;
  return { ...object, [first]: withLeaf(object[first], rest, value) };
}

/** A record without the member at a path. */
export function withoutLeaf(record: unknown, path: LeafPath): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return record;
  const { [first]: member, ...others } = record as Record<string, unknown>;
  return rest.length === 0 ? others : { ...others, [first]: withoutLeaf(member, rest) };
}

/** Paths to all values of a record that are no objects or lists. */
export function leavesOf(record: unknown, path: LeafPath = []): LeafPath[] {
  if (typeof record !== "object" || record === null || Array.isArray(record))
    return path.length === 0 ? [] : [path];
  return Object.entries(record).flatMap(([key, member]) => leavesOf(member, [...path, key]));
}

/** All values of a state that are no objects or lists. */
export function stateLeaves(state: Json): unknown[] {
  if (Array.isArray(state)) return state.flatMap((item) => stateLeaves(item));
  if (typeof state === "object" && state !== null)
    return Object.values(state).flatMap((member) => stateLeaves(member as Json));
  return [state];
}

/** A state in which values are replaced. */
export function mapState(state: Json, change: (leaf: unknown) => unknown): Json {
  if (Array.isArray(state)) return state.map((item) => mapState(item, change));
  if (typeof state === "object" && state !== null)
    return Object.fromEntries(
      Object.entries(state).map(([key, member]) => [key, mapState(member as Json, change)]),
    );
  return change(state) as Json;
}

/** The records of the source for one object, as far as they line up with those that the reader yielded. */
export function rawRecordsOf(baseline: Baseline, object: string): readonly unknown[] | undefined {
  const yielded = baseline.reading.records.filter((record) => record.object === object).length;
  const byPath = new Map<string, unknown[]>();
  for (const { exchange, content } of baseline.pages) {
    const path = exchange.request.path.split("?")[0] as string;
    byPath.set(path, [...(byPath.get(path) ?? []), ...content.records]);
  }
  const fitting = [...byPath.entries()].filter(([, records]) => records.length === yielded);
  const named = fitting.find(([path]) => path.includes(object));
  return (named ?? (fitting.length === 1 ? fitting[0] : undefined))?.[1];
}

/** A cursor field, and the records of the source. */
type FoundField = CursorField & { readonly raw: readonly unknown[] };

/** What was found in each full read, as several checks look for it. */
const FOUND = new WeakMap<Baseline, FoundField>();

/**
 * Finds the member of raw records that positions are made of: the one whose greatest value so far is in the state
 * of every checkpoint.
 *
 * @throws NotApplicable when there is none, as with page tokens
 */
export function cursorField(baseline: Baseline): FoundField {
  let found = FOUND.get(baseline);
  if (found === undefined) {
    found = findCursorField(baseline);
    FOUND.set(baseline, found);
  }
  return found;
}

function findCursorField(baseline: Baseline): FoundField {
  const { checkpoints, records } = baseline.reading;
  const object = checkpoints.at(-1)?.object;
  const raw = object === undefined ? undefined : rawRecordsOf(baseline, object);
  if (object === undefined || raw === undefined || raw.length < 2)
    notApplicable("The records of the mock API do not line up with those that the reader yields.");
  const own = checkpoints.filter((checkpoint) => checkpoint.object === object);
  const countBefore = (after: number) =>
    records.slice(0, after).filter((record) => record.object === object).length;
  // The last checkpoint may say something else, such as the moment at which the read ended.
  const following = own.length > 2 ? own.slice(0, -1) : own;
  const fits = (path: LeafPath) =>
    following.every(({ state, after }) => {
      const greatest = greatestOf(raw.slice(0, countBefore(after)), path);
      return greatest !== undefined && stateLeaves(state).some((leaf) => comparable(leaf) === greatest);
    });
  const distinct = (path: LeafPath) => new Set(raw.map((record) => comparable(leafAt(record, path)))).size;
  const candidates = leavesOf(raw[0]).filter((path) => distinct(path) > 1 && fits(path));
  // A position may also hold keys, to break ties; what it follows is mostly an instant.
  const rank = (path: LeafPath) => (isInstant(leafAt(raw[0], path)) ? raw.length : 0) + distinct(path);
  const path = candidates.sort((a, b) => rank(b) - rank(a))[0];
  if (path === undefined)
    notApplicable("Positions of the reader are not made of a value that the records of the mock API have.");
  return { object, path, raw };
}

/**
 * The same, for what is about records that share a value.
 *
 * @throws NotApplicable when positions follow a key, which no two records share
 */
export function sharedCursorField(baseline: Baseline): FoundField {
  const found = cursorField(baseline);
  const values = found.raw.map((record) => comparable(leafAt(record, found.path)));
  if (!isInstant(leafAt(found.raw[0], found.path)) && new Set(values).size === values.length)
    notApplicable("Positions of the reader follow a key, which no two records share.");
  return found;
}

function greatestOf(records: readonly unknown[], path: LeafPath): number | string | undefined {
  let greatest: number | string | undefined;
  for (const record of records) {
    const value = comparable(leafAt(record, path));
    if (value !== undefined && (greatest === undefined || value > greatest)) greatest = value;
  }
  return greatest;
}

import type { ReaderPartition } from "@dativo/protocol";
import { wrongShape } from "../results/wire-results.js";
import type { Partition, RangeBounds } from "./partition.js";

/** What stands between the ends of a range in its name. */
const BETWEEN = "..";

/** A range, from its first value to the one before which it ends; an end that is missing is open. */
interface Range {
  readonly from?: string | number;
  readonly to?: string | number;
}

/** A kind of value that ranges can be made of. */
interface Scale {
  /** The value as a whole number. */
  readonly parse: (value: unknown) => bigint | undefined;
  readonly print: (value: bigint) => string | number;
}

const INTEGERS: Scale = {
  parse: (value) => {
    if (typeof value === "bigint") return value;
    return Number.isSafeInteger(value) ? BigInt(value as number) : undefined;
  },
  // Beyond 2^53 a number of JSON is not exact.
  print: (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)),
};

const TIMES: Scale = {
  parse: (value) => {
    if (typeof value !== "string" || !/^\d{4}-\d\d-\d\d/.test(value)) return undefined;
    const milliseconds = Date.parse(value);
    return Number.isNaN(milliseconds) ? undefined : BigInt(milliseconds);
  },
  print: (value) => new Date(Number(value)).toISOString(),
};

/**
 * Divides the values between two bounds into ranges of about the same width, open at both ends.
 *
 * @param known names of partitions that have positions; when they are ranges without a gap, they are kept
 * @throws DativoError `PLUGIN_WRONG_SHAPE`
 */
export function splitRange(
  call: string,
  bounds: RangeBounds | null,
  count: number,
  known: readonly string[],
): readonly Partition[] {
  const kept = keptRanges(known);
  return (kept ?? newRanges(call, bounds, count)).map(({ from, to }) => ({
    id: `${from ?? ""}${BETWEEN}${to ?? ""}`,
    params: { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
  }));
}

function newRanges(call: string, bounds: RangeBounds | null, count: number): readonly Range[] {
  if (bounds === null || bounds === undefined) return [{}];
  const scale = [INTEGERS, TIMES].find(({ parse }) => parse(bounds.min) !== undefined);
  const min = scale?.parse(bounds.min);
  const max = scale?.parse(bounds.max);
  if (scale === undefined || min === undefined || max === undefined || max < min)
    throw wrongShape(call, "bounds { min, max } that are integers or ISO 8601 times, or null", bounds);
  const width = max - min + 1n;
  const parts = BigInt(Math.max(1, Math.floor(count)));
  const cuts = new Set<bigint>();
  for (let part = 1n; part < parts; part += 1n) cuts.add(min + (width * part) / parts);
  // A cut at the least value would leave the first range to values that are not there.
  const printed = [...cuts].filter((cut) => cut > min).map(scale.print);
  return [...printed, undefined].map((to, at) => {
    const from = at === 0 ? undefined : printed[at - 1];
    return { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  });
}

/** The ranges that names stand for, in order, when together they hold every value once. */
function keptRanges(names: readonly string[]): readonly Range[] | undefined {
  if (names.length === 0) return undefined;
  const byStart = new Map<string, string>();
  for (const name of names) {
    const at = name.indexOf(BETWEEN);
    if (at < 0) return undefined;
    byStart.set(name.slice(0, at), name.slice(at + BETWEEN.length));
  }
  const ranges: Range[] = [];
  for (let start = ""; ranges.length < names.length; ) {
    const end = byStart.get(start);
    if (end === undefined) return undefined;
    ranges.push({
      ...(start === "" ? {} : { from: endOf(start) }),
      ...(end === "" ? {} : { to: endOf(end) }),
    });
    if (end === "") return ranges.length === names.length ? ranges : undefined;
    start = end;
  }
  return undefined;
}

function endOf(text: string): string | number {
  return /^-?\d+$/.test(text) ? INTEGERS.print(BigInt(text)) : text;
}

/** Partitions as they leave the plugin. */
export function toReaderPartitions(call: string, object: string, found: unknown): readonly ReaderPartition[] {
  if (!Array.isArray(found)) throw wrongShape(call, "an array of partitions { id, params }", found);
  const ids = new Set<string>();
  return found.map((partition: Partial<Partition> | null) => {
    const { id, params = {} } = partition ?? {};
    if (typeof id !== "string" || id === "")
      throw wrongShape(call, "partitions with an id, which is a text", partition);
    if (ids.has(id)) throw wrongShape(call, "partitions with an id of their own", partition);
    ids.add(id);
    return { object, id, params };
  });
}

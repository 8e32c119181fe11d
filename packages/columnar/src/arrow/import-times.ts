import { type Column, DativoError } from "@dativo/protocol";
import { readBit } from "../columns/bits.js";
import { column } from "../columns/column-batch.js";
import { encodeTexts } from "../pack/text-buffer.js";
import { two } from "../values/calendar.js";
import type { ArrowData } from "./arrow-field.js";
import { fixedBytes, int32s, int64s, nullsOf } from "./buffers.js";

/** Units of time by their letter in a format string: how many make a second. */
export const TIME_UNITS: Readonly<Record<string, bigint>> = {
  s: 1n,
  m: 1000n,
  u: 1_000_000n,
  n: 1_000_000_000n,
};

const MICROS = 1_000_000n;
const DAY_MS = 86_400_000n;

/** Converts timestamps of any unit to microseconds. */
export function importTimestamps(data: ArrowData, unit: bigint, name: string): Column {
  const source = int64s(fixedBytes(data, 8));
  const nulls = nullsOf(data);
  if (unit === MICROS) return column({ length: data.length, ...nulls, values: source });
  const convert =
    unit < MICROS
      ? (value: bigint) => inRange(value * (MICROS / unit), name)
      : (value: bigint) => divided(value, unit / MICROS, name, "a fraction of a microsecond");
  return column({ length: data.length, ...nulls, values: mapped(source, nulls.validity, convert) });
}

/** Converts dates that are kept as milliseconds. */
export function importDate64(data: ArrowData, name: string): Column {
  const nulls = nullsOf(data);
  const days = mapped(int64s(fixedBytes(data, 8)), nulls.validity, (value) =>
    divided(value, DAY_MS, name, "a time of day"),
  );
  return column({ length: data.length, ...nulls, values: Int32Array.from(days, Number) });
}

/** Writes times of day as text, such as `10:30:00.5`. */
export function importTimeOfDay(data: ArrowData, unit: bigint): Column {
  const wide = unit > 1000n;
  const bytes = fixedBytes(data, wide ? 8 : 4);
  const source = wide ? Array.from(int64s(bytes)) : Array.from(int32s(bytes), BigInt);
  const digits = String(unit).length - 1;
  const texts = source.map((value) => {
    const seconds = Number(value / unit);
    const fraction = String(value % unit)
      .padStart(digits, "0")
      .replace(/0+$/, "");
    const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
    return digits === 0 || fraction === "" ? clock : `${clock}.${fraction}`;
  });
  return column({ length: data.length, ...nullsOf(data), ...encodeTexts(texts, texts.length) });
}

/** Converts what is valid; behind a null may stand anything. */
function mapped(
  source: BigInt64Array,
  validity: Uint8Array | undefined,
  convert: (value: bigint) => bigint,
): BigInt64Array {
  const values = new BigInt64Array(source.length);
  for (let index = 0; index < source.length; index++)
    if (validity === undefined || readBit(validity, index)) values[index] = convert(source[index] as bigint);
  return values;
}

function divided(value: bigint, by: bigint, name: string, rest: string): bigint {
  if (value % by === 0n) return value / by;
  throw lossy(name, `has ${rest}`);
}

function inRange(value: bigint, name: string): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw lossy(name, "is too far from 1970 to be counted in microseconds");
}

function lossy(name: string, what: string): DativoError {
  return new DativoError({
    code: "COERCION_LOSSY",
    message: `A value of the Arrow column ${JSON.stringify(name)} ${what}, which would be lost.`,
    hint: "Cast the column to text, or round it, where the data is produced.",
  });
}

import { type Column, DativoError, type FieldType, parseLosslessJson } from "@dativo/protocol";
import { readBit } from "../columns/bits.js";
import { formatDate } from "../values/calendar.js";
import { formatDecimal } from "../values/decimal.js";
import { readInteger, wordsOf } from "../values/int64.js";
import { formatTimestamp } from "../values/timestamp.js";
import { compileRowBuilder } from "./row-builder.js";
import { unpackStrings } from "./unpack-strings.js";

/** Turns a column into the values that rows hold. */
export type ColumnUnpacker = (column: Column) => ArrayLike<unknown>;

/** Compiles the unpacker of a field type; nested types compile theirs once. */
export function compileColumnUnpacker(type: FieldType): ColumnUnpacker {
  const unpack = valuesOf(type);
  return (column) => withNulls(unpack(column), column);
}

function valuesOf(type: FieldType): ColumnUnpacker {
  switch (type.kind) {
    case "string":
      return unpackStrings;
    case "integer":
      return unpackIntegers;
    case "number":
      return (column) => column.values as Float64Array;
    case "decimal":
      return (column) => unpackDecimals(column, type.scale);
    case "boolean":
      return unpackBooleans;
    case "date":
      return (column) => Array.from(column.values as Int32Array, formatDate);
    case "timestamp":
      return (column) => unpackTimestamps(column, type.zone);
    case "binary":
      return unpackBinary;
    case "json":
      return unpackJson;
    case "list":
      return listUnpacker(type.item);
    case "struct":
      return structUnpacker(type);
  }
}

function withNulls(values: ArrayLike<unknown>, column: Column): ArrayLike<unknown> {
  const { validity, length } = column;
  if (column.nullCount === 0 || validity === undefined) return values;
  const result = Array.isArray(values) ? (values as unknown[]) : Array.from(values);
  for (let index = 0; index < length; index++) if (!readBit(validity, index)) result[index] = null;
  return result;
}

function unpackIntegers(column: Column): (number | bigint)[] {
  const values = column.values as BigInt64Array;
  const words = wordsOf(values);
  const result = new Array<number | bigint>(column.length);
  for (let index = 0; index < column.length; index++) result[index] = readInteger(words, values, index);
  return result;
}

function unpackBooleans(column: Column): boolean[] {
  const bits = column.values as Uint8Array;
  const result = new Array<boolean>(column.length);
  for (let index = 0; index < column.length; index++) result[index] = readBit(bits, index);
  return result;
}

function unpackTimestamps(column: Column, zone: boolean): string[] {
  const values = column.values as BigInt64Array;
  const words = wordsOf(values);
  const result = new Array<string>(column.length);
  for (let index = 0; index < column.length; index++) {
    const micros = readInteger(words, values, index);
    if (typeof micros === "number") {
      const seconds = Math.floor(micros / 1_000_000);
      result[index] = formatTimestamp(seconds, micros - seconds * 1_000_000, zone);
    } else {
      const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
      result[index] = formatTimestamp(Number((micros - rest) / 1_000_000n), Number(rest), zone);
    }
  }
  return result;
}

function unpackDecimals(column: Column, scale: number): string[] {
  const bytes = column.values as Uint8Array;
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const result = new Array<string>(column.length);
  for (let index = 0; index < column.length; index++) {
    const low = words.getBigUint64(index * 16, true);
    const high = words.getBigInt64(index * 16 + 8, true);
    result[index] = formatDecimal((high << 64n) | low, scale);
  }
  return result;
}

function unpackBinary(column: Column): Uint8Array[] {
  const offsets = column.offsets as Int32Array;
  const bytes = column.values as Uint8Array;
  const result = new Array<Uint8Array>(column.length);
  for (let index = 0; index < column.length; index++)
    result[index] = bytes.slice(offsets[index], offsets[index + 1]);
  return result;
}

/** Integers that a double may not hold are long runs of digits; other text needs no second look. */
const LONG_DIGITS = /\d{16}/;

function parseJson(text: string): unknown {
  try {
    return LONG_DIGITS.test(text) ? parseLosslessJson(text) : JSON.parse(text);
  } catch (cause) {
    throw new DativoError({
      code: "VALIDATION_FAILED",
      message: "A value of a json column is not valid JSON.",
      hint: "JSON has no NaN and no infinities, which DuckDB's to_json writes all the same; cast such numbers to text.",
      cause,
    });
  }
}

function unpackJson(column: Column): unknown[] {
  const { validity } = column;
  return unpackStrings(column).map((text, index) =>
    validity === undefined || readBit(validity, index) ? parseJson(text) : null,
  );
}

function listUnpacker(item: FieldType): ColumnUnpacker {
  const unpackItems = compileColumnUnpacker(item);
  return (column) => {
    const offsets = column.offsets as Int32Array;
    const items = unpackItems(column.children?.[0] as Column);
    const result = new Array<unknown[]>(column.length);
    for (let index = 0; index < column.length; index++)
      result[index] = Array.prototype.slice.call(items, offsets[index], offsets[index + 1]) as unknown[];
    return result;
  };
}

function structUnpacker(type: FieldType & { kind: "struct" }): ColumnUnpacker {
  const unpackers = type.fields.map((field) => compileColumnUnpacker(field.type));
  const build = compileRowBuilder(type.fields.map((field) => field.name));
  return (column) =>
    build(
      unpackers.map((unpack, index) => unpack(column.children?.[index] as Column)),
      column.length,
    );
}

import { type PackResult, unpackRows } from "@dativo/columnar";
import type { BatchForm, Row, TableSchema } from "@dativo/protocol";
import type { Rejected } from "../rejects.js";
import { jsonText } from "./json-text.js";
import type { ObjectSchema } from "./object-schema.js";
import { type BatchOrigin, type Prepared, type Ready, sourceIndex } from "./prepared.js";
import { rowBytes } from "./row-bytes.js";

/**
 * Makes rows ready for the writer. Declared schemas check and convert them in one pass; an inferred schema follows
 * them, so that only what is no record at all is set aside.
 *
 * @param types types of columns as the reader knows them; what the rows contradict does not count.
 */
export function* prepareRows(
  rows: readonly Row[],
  schema: ObjectSchema,
  to: BatchForm,
  origin: BatchOrigin,
  types?: TableSchema,
): Generator<Prepared, void> {
  const passing = !schema.declared && to !== "arrow";
  const packed = passing ? passRows(rows, schema, to, types) : packRows(rows, schema, to, types);
  if (packed.rejected.length > 0) yield { kind: "set_aside", records: packed.rejected, origin };
  const taken = packed.rejected.map((bad) => bad.index);
  const records = packed.records;
  if (records === 0) return;
  yield {
    kind: "ready",
    origin,
    data: packed.data,
    schema: packed.schema,
    records,
    count: async () => records,
    bytes: packed.bytes,
    droppedFields: packed.droppedFields,
    coercions: packed.coercions,
    source: (at) => {
      const index = sourceIndex(at, taken);
      return { index, record: rows[index] };
    },
  };
}

interface Packed extends Pick<Ready, "data" | "schema" | "bytes" | "droppedFields" | "coercions"> {
  readonly records: number;
  readonly rejected: readonly Rejected[];
}

/** Rows as they are, for a writer that takes rows and an object that nobody described. */
function passRows(
  rows: readonly Row[],
  schema: ObjectSchema,
  to: BatchForm,
  types: TableSchema | undefined,
): Packed {
  const rejected: Rejected[] = [];
  const kept: Row[] = [];
  for (const [index, row] of rows.entries()) {
    if (isRecord(row)) kept.push(row);
    else rejected.push({ index, reason: "type", expected: "an object", got: kindOf(row), record: row });
  }
  schema.widen(kept, types);
  return {
    data: inForm(kept, to),
    schema: schema.orEmpty,
    records: kept.length,
    rejected,
    bytes: rowBytes(kept),
    droppedFields: {},
    coercions: {},
  };
}

function packRows(
  rows: readonly Row[],
  schema: ObjectSchema,
  to: BatchForm,
  types: TableSchema | undefined,
): Packed {
  let packed = schema.packer.pack(rows, schema.packOptions);
  // What does not fit an inferred schema as it is widens the schema instead of being converted or refused.
  if (!schema.declared && !fitsAsItIs(packed) && schema.widen(rows.filter(isRecord), types))
    packed = schema.packer.pack(rows, schema.packOptions);
  const rejected = packed.rejected.map(({ index, reason, path, expected, got }) => ({
    index,
    reason,
    path,
    expected,
    got,
    record: rows[index],
  }));
  return {
    data: to === "arrow" ? packed.batch : inForm(unpackRows(packed.batch), to),
    schema: packed.batch.schema,
    records: packed.batch.recordCount,
    rejected,
    bytes: packed.batch.byteSize,
    droppedFields: schema.declared ? Object.fromEntries(packed.dropped) : {},
    coercions: Object.fromEntries(
      packed.coercions.map(({ field, coercion, count }) => [`${field} ${coercion}`, count]),
    ),
  };
}

function fitsAsItIs({ rejected, dropped, coercions }: PackResult): boolean {
  // An offset is a form of the timestamp itself, which no wider type would do better by.
  const isConverted = coercions.some(({ coercion }) => coercion !== "offset_to_timestamp");
  return rejected.length === 0 && dropped.size === 0 && !isConverted;
}

function inForm(rows: readonly Row[], to: BatchForm): Ready["data"] {
  return to === "json"
    ? { form: "json", text: jsonText(rows), recordCount: rows.length }
    : { form: "rows", rows };
}

function isRecord(row: unknown): row is Row {
  return typeof row === "object" && row !== null && !Array.isArray(row);
}

function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

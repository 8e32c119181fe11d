import type { ColumnBatch, FieldType, JsonColumn, TableSchema } from "@dativo/protocol";
import { columnBatch } from "../columns/column-batch.js";
import { JsonBooleans, JsonIntegers, JsonNumbers } from "./json-scalars.js";
import { JsonTexts } from "./json-texts.js";
import { JsonDates, JsonTimestamps } from "./json-times.js";
import { type JsonValuePacker, QUOTE } from "./json-value-packer.js";

/**
 * Packs the records of a JSON text without making objects of them; undefined when a field is of a type whose values
 * take more than that.
 *
 * The text must be one that `scanUniformRecords` has described, and all its values must be in the form of their fields:
 * nothing is checked here, and nothing converted.
 *
 * @param columns what the scan found; the schema has a field for each, and no others
 */
export function packJsonColumns(
  text: Uint8Array,
  count: number,
  columns: readonly JsonColumn[],
  schema: TableSchema,
): ColumnBatch | undefined {
  const types = new Map(schema.fields.map(({ name, type }) => [name, type]));
  const packers: JsonValuePacker[] = [];
  for (const { name } of columns) {
    const packer = packerOf(types.get(name) as FieldType, count);
    if (packer === undefined) return undefined;
    packers.push(packer);
  }
  let at = 0;
  for (let index = 0; index < count; index += 1)
    for (const packer of packers) {
      at = nextValue(text, at);
      if (text[at] === NULL) {
        packer.setNull(index);
        at += NULL_BYTES;
      } else at = packer.take(text, at, index);
    }
  const packed = new Map(columns.map(({ name }, index) => [name, packers[index] as JsonValuePacker]));
  return columnBatch(
    schema,
    count,
    schema.fields.map(({ name }) => (packed.get(name) as JsonValuePacker).finish()),
  );
}

const COLON = 0x3a;
const SPACE = 0x20;
const NULL = 0x6e;
const NULL_BYTES = 4;

/** Where the value of the next key begins; the keys have no escapes. */
function nextValue(text: Uint8Array, start: number): number {
  let at = start;
  while (text[at] !== QUOTE) at += 1;
  at += 1;
  while (text[at] !== QUOTE) at += 1;
  while (text[at] !== COLON) at += 1;
  at += 1;
  while ((text[at] as number) <= SPACE) at += 1;
  return at;
}

function packerOf(type: FieldType, count: number): JsonValuePacker | undefined {
  switch (type.kind) {
    case "integer":
      return new JsonIntegers(count);
    case "number":
      return new JsonNumbers(count);
    case "boolean":
      return new JsonBooleans(count);
    case "date":
      return new JsonDates(count);
    case "timestamp":
      return new JsonTimestamps(count);
    case "string":
      return new JsonTexts(count);
    default:
      return undefined;
  }
}

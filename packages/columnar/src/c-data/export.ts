import type { Column, ColumnBatch, FieldType, TableSchema } from "@dativo/protocol";
import type { ArrowField } from "../arrow/arrow-field.js";
import { arrowFieldOf, childFields, schemaMetadata } from "../arrow/export-schema.js";
import { addressOf, allocateWords, cString, type Pointer } from "../native/memory.js";
import { ARROW_ARRAY, ARROW_FLAG_NULLABLE, ARROW_SCHEMA } from "./layout.js";
import { encodeMetadata } from "./metadata.js";

/**
 * Structures of the Arrow C Data Interface that describe a batch in JavaScript's memory.
 *
 * They are valid as long as this object is reachable: keep it until the native code that was given the structures
 * has finished, not merely until their release function was called.
 */
export interface ExportedBatch {
  /** An `ArrowSchema`; pass it, or `addressOf` it, where C expects a pointer. */
  readonly schema: BigUint64Array;
  /** An `ArrowArray`. */
  readonly array: BigUint64Array;
  /** Everything the structures point to. */
  readonly pins: readonly unknown[];
}

/**
 * Describes a batch to native code without copying it.
 *
 * @param release address of a native function that may be called with either structure and has no effect the
 * caller relies on; never a callback into JavaScript, because native code may call it on any thread.
 * @example
 * const exported = exportColumnBatch(batch, release);
 * consume(exported.schema, exported.array);
 */
export function exportColumnBatch(batch: ColumnBatch, release: Pointer): ExportedBatch {
  const pins: unknown[] = [batch];
  const children = batch.schema.fields.map((field, index) =>
    exportColumn(batch.columns[index] as Column, field.type, release, pins),
  );
  return {
    schema: exportSchema(batch.schema, release, pins),
    array: arrayStructure(
      { length: batch.recordCount, nullCount: 0, buffers: [null], children },
      release,
      pins,
    ),
    pins,
  };
}

/** Writes the `ArrowSchema` of a table; everything it points to is added to `pins`. */
export function exportSchema(schema: TableSchema, release: Pointer, pins: unknown[]): BigUint64Array {
  const children = schema.fields.map(arrowFieldOf);
  const root = { name: "", format: "+s", nullable: false, metadata: schemaMetadata(schema), children };
  return schemaStructure(root, release, pins);
}

function schemaStructure(field: ArrowField, release: Pointer, pins: unknown[]): BigUint64Array {
  const children = field.children.map((child) => schemaStructure(child, release, pins));
  const words = allocateWords(ARROW_SCHEMA.words);
  words[ARROW_SCHEMA.format] = pinned(cString(field.format), pins);
  words[ARROW_SCHEMA.name] = pinned(cString(field.name), pins);
  if (field.metadata.size > 0) words[ARROW_SCHEMA.metadata] = pinned(encodeMetadata(field.metadata), pins);
  words[ARROW_SCHEMA.flags] = field.nullable ? ARROW_FLAG_NULLABLE : 0n;
  words[ARROW_SCHEMA.n_children] = BigInt(children.length);
  if (children.length > 0) words[ARROW_SCHEMA.children] = pointerList(children, pins);
  words[ARROW_SCHEMA.release] = release;
  pins.push(words);
  return words;
}

function exportColumn(column: Column, type: FieldType, release: Pointer, pins: unknown[]): BigUint64Array {
  const children = childFields(type).map((field, index) =>
    exportColumn(column.children?.[index] as Column, field.type, release, pins),
  );
  const buffers: (ArrayBufferView | null)[] = [column.validity ?? null];
  if (column.offsets !== undefined) buffers.push(column.offsets);
  if (column.values !== undefined) buffers.push(column.values);
  return arrayStructure(
    { length: column.length, nullCount: column.nullCount, buffers, children },
    release,
    pins,
  );
}

interface ArrayParts {
  readonly length: number;
  readonly nullCount: number;
  readonly buffers: readonly (ArrayBufferView | null)[];
  readonly children: readonly BigUint64Array[];
}

function arrayStructure(parts: ArrayParts, release: Pointer, pins: unknown[]): BigUint64Array {
  const words = allocateWords(ARROW_ARRAY.words);
  words[ARROW_ARRAY.length] = BigInt(parts.length);
  words[ARROW_ARRAY.null_count] = BigInt(parts.nullCount);
  words[ARROW_ARRAY.n_buffers] = BigInt(parts.buffers.length);
  words[ARROW_ARRAY.n_children] = BigInt(parts.children.length);
  const addresses = allocateWords(parts.buffers.length);
  parts.buffers.forEach((buffer, index) => {
    if (buffer !== null) addresses[index] = pinned(buffer.byteLength === 0 ? EMPTY : buffer, pins);
  });
  words[ARROW_ARRAY.buffers] = pinned(addresses, pins);
  if (parts.children.length > 0) words[ARROW_ARRAY.children] = pointerList(parts.children, pins);
  words[ARROW_ARRAY.release] = release;
  pins.push(words);
  return words;
}

/** Stands in for buffers without bytes, which have no address of their own. */
const EMPTY = allocateWords(8);

function pinned(view: ArrayBufferView, pins: unknown[]): Pointer {
  pins.push(view);
  return addressOf(view);
}

function pointerList(structures: readonly BigUint64Array[], pins: unknown[]): Pointer {
  const pointers = allocateWords(structures.length);
  structures.forEach((structure, index) => {
    pointers[index] = addressOf(structure);
  });
  return pinned(pointers, pins);
}

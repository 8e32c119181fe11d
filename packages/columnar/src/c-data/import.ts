import type { ColumnBatch, NativeBatch, TableSchema } from "@dativo/protocol";
import { DativoError } from "@dativo/protocol";
import type { ArrowField } from "../arrow/arrow-field.js";
import { importSchema, type SchemaImport } from "../arrow/import-schema.js";
import { type Pointer, readCString } from "../native/memory.js";
import { checkNativeText, checkText } from "./check-text.js";
import { ARROW_ARRAY, ARROW_FLAG_NULLABLE, ARROW_SCHEMA } from "./layout.js";
import { decodeMetadata } from "./metadata.js";
import { isOwnLayout, nativeBatch } from "./native-batch.js";
import { readArray, readWords } from "./read-array.js";
import { callRelease } from "./release.js";

/** A native `ArrowSchema` or `ArrowArray`: its address, or a copy of its words that stands in for it. */
export type NativeStructure = Pointer | BigUint64Array;

/**
 * Imports native batches of one schema.
 *
 * @example
 * const importer = importArrowSchema(schemaPointer);
 * const batch = importer.importBatch(arrayPointer);
 */
export interface ColumnBatchImporter {
  readonly schema: TableSchema;
  /**
   * Copies a batch into memory of its own, converts what has another layout, and releases the native one, also
   * when converting it fails.
   *
   * @throws DativoError `COERCION_LOSSY` when a value does not fit its field type.
   */
  importBatch(array: NativeStructure): ColumnBatch;
  /**
   * Takes a native array over without looking at its values, when its layout is the one that we use; otherwise it is
   * copied, as `importBatch` does.
   *
   * @param array the `ArrowArray`, moved here
   * @param onReleased called once, when the array was released
   * @throws DativoError as `importBatch` does, and `ABI_VIOLATION` for a text that is not UTF-8, after the array was
   * released
   */
  adopt(array: BigUint64Array, onReleased: () => void): NativeBatch | ColumnBatch;
}

/**
 * Reads a native `ArrowSchema`, prepares the conversion of its batches and releases it.
 *
 * @throws DativoError `TYPE_UNSUPPORTED` for a type without a counterpart, `ABI_VIOLATION` when the schema is
 * released already or is not that of a table.
 */
export function importArrowSchema(schema: NativeStructure): ColumnBatchImporter {
  const words = structureWords(schema, ARROW_SCHEMA.words);
  assertLive(words[ARROW_SCHEMA.release] as Pointer, "schema");
  let root: ArrowField;
  let prepared: SchemaImport;
  try {
    root = readSchema(words);
    if (root.format !== "+s")
      throw violation(`The schema of a batch must be a struct (format "+s"), but is "${root.format}".`);
    prepared = importSchema(root.children, root.metadata);
  } finally {
    callRelease(words[ARROW_SCHEMA.release] as Pointer, schema);
  }
  const isOwn = isOwnLayout(prepared.schema, root.children);
  const copy = (arrayWords: BigUint64Array): ColumnBatch => {
    const data = readArray(root, arrayWords);
    const columns = data.children.map((child) => ({
      ...child,
      offset: child.offset + data.offset,
      length: data.length,
    }));
    if (columns.length !== root.children.length)
      throw violation(`The batch has ${columns.length} columns, its schema ${root.children.length}.`);
    return prepared.convert(columns, data.length);
  };
  const importBatch = (array: NativeStructure): ColumnBatch => {
    const arrayWords = structureWords(array, ARROW_ARRAY.words);
    assertLive(arrayWords[ARROW_ARRAY.release] as Pointer, "array");
    try {
      return copy(arrayWords);
    } finally {
      callRelease(arrayWords[ARROW_ARRAY.release] as Pointer, array);
    }
  };
  return {
    schema: prepared.schema,
    importBatch,
    adopt(array, onReleased) {
      assertLive(array[ARROW_ARRAY.release] as Pointer, "array");
      const kept = isOwn ? nativeBatch({ schema: prepared.schema, array, copy, onReleased }) : undefined;
      if (kept === undefined) {
        try {
          const batch = importBatch(array);
          checkText(batch);
          return batch;
        } finally {
          onReleased();
        }
      }
      try {
        checkNativeText(kept.schema, array);
        return kept;
      } catch (error) {
        kept.release();
        throw error;
      }
    },
  };
}

/**
 * Copies one native batch into memory of its own and releases both structures.
 *
 * @throws DativoError as `importArrowSchema` and `ColumnBatchImporter.importBatch` do.
 */
export function importColumnBatch(schema: NativeStructure, array: NativeStructure): ColumnBatch {
  let importer: ColumnBatchImporter;
  try {
    importer = importArrowSchema(schema);
  } catch (error) {
    callRelease(structureWords(array, ARROW_ARRAY.words)[ARROW_ARRAY.release] as Pointer, array);
    throw error;
  }
  return importer.importBatch(array);
}

function readSchema(words: BigUint64Array): ArrowField {
  const children = readWords(words[ARROW_SCHEMA.children] as Pointer, Number(words[ARROW_SCHEMA.n_children]));
  const dictionary = words[ARROW_SCHEMA.dictionary] as Pointer;
  return {
    name: readCString(words[ARROW_SCHEMA.name] as Pointer),
    format: readCString(words[ARROW_SCHEMA.format] as Pointer),
    nullable: ((words[ARROW_SCHEMA.flags] as bigint) & ARROW_FLAG_NULLABLE) !== 0n,
    metadata: decodeMetadata(words[ARROW_SCHEMA.metadata] as Pointer),
    children: Array.from(children, (pointer) => readSchema(readWords(pointer, ARROW_SCHEMA.words))),
    dictionary: dictionary === 0n ? undefined : readSchema(readWords(dictionary, ARROW_SCHEMA.words)),
  };
}

function structureWords(structure: NativeStructure, words: number): BigUint64Array {
  return typeof structure === "bigint" ? readWords(structure, words) : structure;
}

function assertLive(release: Pointer, what: string): void {
  if (release === 0n) throw violation(`The Arrow ${what} was released before it was handed over.`);
}

function violation(message: string): DativoError {
  return new DativoError({ code: "ABI_VIOLATION", message });
}

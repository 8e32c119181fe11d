import type { Column, ColumnBatch, Field, TableSchema } from "@dativo/protocol";
import { columnBatch } from "../columns/column-batch.js";
import type { CoercionCount } from "./coercions.js";
import { type ColumnPacker, compileColumnPacker } from "./column-packer.js";
import { describeValue } from "./describe-value.js";
import { compileFieldReader, type FieldReader } from "./field-reader.js";
import { MemberNames } from "./member-names.js";
import { rejectNulls } from "./pack-nested.js";
import { packIntegers, packNumbers } from "./pack-numbers.js";
import { PackRun, type Scope } from "./pack-run.js";
import { memberPath, type Rejection } from "./rejection.js";

/** What happens to fields of a record that the schema does not have: the record is rejected, or the field is left out. */
export type UnknownFields = "reject" | "drop";

/** How records are packed. */
export interface PackOptions {
  /** `schema_validation_mode` of the job; decides about unknown fields. @default "strict" */
  readonly mode?: "strict" | "warn" | undefined;
  /** @default "reject" when the mode is strict, else "drop" */
  readonly unknownFields?: UnknownFields | undefined;
}

/** What packing made of some rows. */
export interface PackResult {
  /** The records that can be stored, in their order. */
  readonly batch: ColumnBatch;
  /** The others, by position. */
  readonly rejected: readonly Rejection[];
  /** Values that were not in their field's own form, and were stored without loss. */
  readonly coercions: readonly CoercionCount[];
  /** How often each unknown field was left out. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** Packs rows of one schema. */
export interface Packer {
  readonly schema: TableSchema;
  /** Packs rows; one that cannot be stored is rejected as a whole and leaves nothing behind. */
  pack(rows: readonly unknown[], options?: PackOptions): PackResult;
}

/**
 * Compiles a packer for a schema.
 *
 * Values are checked against their field's type and coerced where nothing is lost (see `COERCIONS`).
 *
 * @example
 * const packer = compilePacker({ fields: [{ name: "id", type: { kind: "integer" }, required: true }] });
 * const { batch, rejected } = packer.pack([{ id: 1 }, { id: "x" }]); // 1 record packed, 1 rejected
 */
export function compilePacker(schema: TableSchema): Packer {
  return new SchemaPacker(schema);
}

interface FieldPacker {
  readonly field: Field;
  readonly reader: FieldReader;
  readonly pack: ColumnPacker;
}

class SchemaPacker implements Packer {
  private readonly fields: readonly FieldPacker[];
  private readonly names: MemberNames;

  constructor(readonly schema: TableSchema) {
    this.fields = schema.fields.map((field) => ({
      field,
      reader: compileFieldReader(field.name),
      pack: compileColumnPacker(field.type),
    }));
    this.names = new MemberNames(schema.fields.map((field) => field.name));
  }

  pack(rows: readonly unknown[], options: PackOptions = {}): PackResult {
    const dropped = new Map<string, number>();
    const rejected = this.checkRows(rows, options, dropped);
    let kept: readonly number[] | undefined;
    for (;;) {
      if (rejected.size > 0) kept = positionsWithout(rows.length, rejected);
      const run = new PackRun();
      const good = kept === undefined ? rows : kept.map((index) => rows[index]);
      const columns = this.packColumns(good, run);
      if (run.rejected.size === 0) {
        const found = [...rejected.values()].sort((left, right) => left.index - right.index);
        return {
          batch: columnBatch(this.schema, good.length, columns),
          rejected: found,
          coercions: run.coercions(),
          dropped,
        };
      }
      for (const [at, rejection] of run.rejected) {
        const index = kept === undefined ? at : (kept[at] as number);
        rejected.set(index, { ...rejection, index, row: rows[index] });
      }
    }
  }

  /** Rejects what is no record, and records with unknown fields unless those are dropped. */
  private checkRows(
    rows: readonly unknown[],
    options: PackOptions,
    dropped: Map<string, number>,
  ): Map<number, Rejection> {
    const rejected = new Map<number, Rejection>();
    const rejectUnknown =
      (options.unknownFields ?? (options.mode === "warn" ? "drop" : "reject")) === "reject";
    const { names } = this;
    for (let index = 0; index < rows.length; index++) {
      const row = rows[index];
      if (!names.accepts(row)) {
        rejected.set(index, {
          index,
          path: "",
          reason: "type",
          expected: "a record (an object)",
          got: describeValue(row),
          row,
        });
        continue;
      }
      const unknown = names.unknownOf(row);
      if (unknown.length === 0) continue;
      if (!rejectUnknown) for (const name of unknown) dropped.set(name, (dropped.get(name) ?? 0) + 1);
      else {
        const name = unknown[0] as string;
        const got = describeValue((row as Record<string, unknown>)[name]);
        rejected.set(index, {
          index,
          path: memberPath("", name),
          reason: "unknown_field",
          expected: "a field of the schema",
          got,
          row,
        });
      }
    }
    return rejected;
  }

  private packColumns(rows: readonly unknown[], run: PackRun): Column[] {
    const { length } = rows;
    const values = new Array<unknown>(length);
    return this.fields.map(({ field, reader, pack }) => {
      const scope = run.scope(field.name, field.type);
      const packed = packField(rows, length, values, field, reader, pack, scope);
      if (field.required) rejectNulls(packed, scope, () => true);
      return packed;
    });
  }
}

function packField(
  rows: readonly unknown[],
  length: number,
  values: unknown[],
  field: Field,
  reader: FieldReader,
  pack: ColumnPacker,
  scope: Scope,
): Column {
  const valueAt = (index: number) => reader.value(rows[index]);
  if (field.type.kind === "integer")
    return packIntegers(reader.numbers(rows, length, scratchNumbers(length)), valueAt, scope);
  if (field.type.kind === "number")
    return packNumbers(reader.numbers(rows, length, new Float64Array(length)), valueAt, scope);
  reader.values(rows, length, values);
  return pack(values, length, scope);
}

/** Numbers up to which room is kept. */
const SCRATCH_NUMBERS = 65_536;

let scratch = new Float64Array(0);

/**
 * Room for numbers that are packed as integers before the next column is read. Memory outside the heap that comes and
 * goes makes V8 collect the whole heap, and a column of integers would take twice its own.
 */
function scratchNumbers(length: number): Float64Array {
  if (length > SCRATCH_NUMBERS) return new Float64Array(length);
  if (scratch.length < length) scratch = new Float64Array(length);
  return scratch.length === length ? scratch : scratch.subarray(0, length);
}

function positionsWithout(length: number, rejected: ReadonlyMap<number, unknown>): number[] {
  const positions: number[] = [];
  for (let index = 0; index < length; index++) if (!rejected.has(index)) positions.push(index);
  return positions;
}

import { compilePacker, inferSchema, type Packer, type PackOptions } from "@dativo/columnar";
import { type Row, sameFieldType, type TableSchema } from "@dativo/protocol";
import type { ValidationMode } from "../../job/resolved-job.js";

/** Where the schema of an object comes from. */
export type SchemaOrigin = "asset" | "reader" | "discovered" | "state" | "inferred";

/** Whether somebody declared the schema, so that records are checked against it. */
export function isDeclared(origin: SchemaOrigin): boolean {
  return origin === "asset" || origin === "reader" || origin === "discovered";
}

/** The schema of one object, and the packer compiled for it; an inferred one widens as records come in. */
export class ObjectSchema {
  private known: TableSchema | undefined;
  private compiled: Packer | undefined;

  constructor(
    schema: TableSchema | undefined,
    readonly origin: SchemaOrigin,
    readonly mode: ValidationMode,
  ) {
    this.known = schema;
  }

  /** Whether records are checked against the schema, rather than the schema follows the records. */
  get declared(): boolean {
    return isDeclared(this.origin);
  }

  /** Undefined until the first records of an object that nobody described. */
  get current(): TableSchema | undefined {
    return this.known;
  }

  /** The schema, with no fields while nothing is known. */
  get orEmpty(): TableSchema {
    return this.known ?? { fields: [] };
  }

  /**
   * What packing does with fields that the schema does not have: an asset says all that the target may hold, so
   * `strict` refuses more; a reader's schema names what it wants of each record, and the rest is dropped and counted.
   */
  get packOptions(): PackOptions {
    return { unknownFields: this.origin === "asset" && this.mode === "strict" ? "reject" : "drop" };
  }

  get packer(): Packer {
    this.compiled ??= compilePacker(this.orEmpty);
    return this.compiled;
  }

  /** Takes a schema that came with columns or a query. */
  adopt(schema: TableSchema): void {
    if (schema === this.known) return;
    this.known = schema;
    this.compiled = undefined;
  }

  /**
   * Widens an inferred schema so that the rows fit; says whether it changed.
   *
   * @param types types of columns as the reader knows them, for columns that are new.
   */
  widen(rows: readonly Row[], types?: TableSchema): boolean {
    const wider = inferSchema(rows, withTypes(this.known, types));
    if (this.known !== undefined && sameFields(wider, this.known)) return false;
    this.adopt(wider);
    return true;
  }
}

function withTypes(known: TableSchema | undefined, types: TableSchema | undefined): TableSchema | undefined {
  if (types === undefined) return known;
  const names = new Set(known?.fields.map(({ name }) => name));
  const added = types.fields.filter(({ name }) => !names.has(name));
  return added.length === 0 && known !== undefined
    ? known
    : { ...known, fields: [...(known?.fields ?? []), ...added] };
}

function sameFields(left: TableSchema, right: TableSchema): boolean {
  return (
    sameColumns(left, right) &&
    left.fields.every((field, at) => (field.required ?? false) === (right.fields[at]?.required ?? false))
  );
}

/** Says whether two schemas have the same columns in the same order, required or not. */
export function sameColumns(left: TableSchema, right: TableSchema): boolean {
  return (
    left.fields.length === right.fields.length &&
    left.fields.every((field, at) => {
      const other = right.fields[at];
      return other !== undefined && field.name === other.name && sameFieldType(field.type, other.type);
    })
  );
}

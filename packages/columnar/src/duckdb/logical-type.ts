import { DativoError, type FieldType } from "@dativo/protocol";
import { type Pointer, readCString } from "../native/memory.js";
import type { DuckDbLibrary } from "./library.js";
import { columnType, quoteIdentifier } from "./sql.js";

/** Number of the type of a column whose type depends on parameters that have no value yet. */
const UNRESOLVED = 0;

/** What a column of a query becomes. */
export interface ResultType {
  readonly type: FieldType;
  /** False when the query has to be wrapped to deliver the type's own layout. */
  readonly exact: boolean;
  /** Writes the expression that turns the query's value into `type`. */
  cast(expression: string): string;
}

const exactly = (type: FieldType): ResultType => ({ type, exact: true, cast: (expression) => expression });
const castTo = (type: FieldType): ResultType => ({
  type,
  exact: false,
  cast: (expression) => `CAST(${expression} AS ${columnType(type)})`,
});

const STRING: FieldType = { kind: "string" };
const INTEGER: FieldType = { kind: "integer" };
const JSON_TYPE: FieldType = { kind: "json" };
const LOCAL: FieldType = { kind: "timestamp", zone: false };
const HUGE: FieldType = { kind: "decimal", precision: 38, scale: 0 };

/** Stands for a type that is known only once the statement runs. */
export const UNRESOLVED_TYPE: ResultType = castTo(STRING);

/** Result types of the plain types, by DuckDB's number for them (`duckdb_type`). */
const PLAIN: Readonly<Record<number, ResultType>> = {
  [UNRESOLVED]: UNRESOLVED_TYPE,
  1: exactly({ kind: "boolean" }),
  2: castTo(INTEGER), // TINYINT
  3: castTo(INTEGER), // SMALLINT
  4: castTo(INTEGER), // INTEGER
  5: exactly(INTEGER), // BIGINT
  6: castTo(INTEGER), // UTINYINT
  7: castTo(INTEGER), // USMALLINT
  8: castTo(INTEGER), // UINTEGER
  9: castTo({ kind: "decimal", precision: 20, scale: 0 }), // UBIGINT
  10: castTo({ kind: "number" }), // FLOAT
  11: exactly({ kind: "number" }), // DOUBLE
  12: exactly(LOCAL), // TIMESTAMP
  13: exactly({ kind: "date" }),
  14: castTo(STRING), // TIME
  15: castTo(STRING), // INTERVAL
  16: castTo(HUGE), // HUGEINT
  18: exactly({ kind: "binary" }), // BLOB
  20: castTo(LOCAL), // TIMESTAMP_S
  21: castTo(LOCAL), // TIMESTAMP_MS
  22: { type: LOCAL, exact: false, cast: wholeMicroseconds },
  23: castTo(STRING), // ENUM
  26: castTo(JSON_TYPE), // MAP
  27: castTo(STRING), // UUID
  28: castTo(JSON_TYPE), // UNION
  29: castTo(STRING), // BIT
  30: castTo(STRING), // TIME WITH TIME ZONE
  31: exactly({ kind: "timestamp", zone: true }),
  32: castTo(HUGE), // UHUGEINT
  35: castTo(STRING), // BIGNUM
  36: castTo(STRING), // NULL
  39: castTo(STRING), // TIME_NS
  40: castTo(STRING), // GEOMETRY
  41: castTo(JSON_TYPE), // VARIANT
};

const VARCHAR = 17;
const DECIMAL = 19;
const TIMESTAMP_NS = 22;
const LIST = 24;
const STRUCT = 25;
const ARRAY = 33;

/** TIMESTAMP_NS keeps its value or fails: digits beyond the microsecond are never cut off. */
function wholeMicroseconds(expression: string): string {
  const failure =
    "error('A TIMESTAMP_NS has digits beyond the microsecond; cast it to VARCHAR to keep them.')";
  return `CASE WHEN epoch_ns(${expression}) % 1000 = 0 THEN CAST(${expression} AS TIMESTAMP) WHEN ${expression} IS NULL THEN NULL ELSE ${failure} END`;
}

/** Reads what a logical type becomes; destroys the handle. */
export function readLogicalType(library: DuckDbLibrary, handle: Pointer): ResultType {
  try {
    return resultType(library, handle);
  } finally {
    library.destroyType(new BigUint64Array([handle]));
  }
}

function resultType(library: DuckDbLibrary, handle: Pointer): ResultType {
  const id = library.typeId(handle);
  const plain = PLAIN[id];
  if (plain !== undefined) return plain;
  switch (id) {
    case VARCHAR:
      return exactly(readAlias(library, handle) === "JSON" ? JSON_TYPE : STRING);
    case DECIMAL:
      return exactly({
        kind: "decimal",
        precision: library.decimalWidth(handle),
        scale: library.decimalScale(handle),
      });
    case LIST: {
      const item = nested(library, library.listChild(handle));
      const type: FieldType = { kind: "list", item: item.type };
      return item.exact ? exactly(type) : castTo(type);
    }
    case ARRAY:
      return castTo({ kind: "list", item: nested(library, library.arrayChild(handle)).type });
    case STRUCT:
      return structType(library, handle);
    default:
      throw new DativoError({
        code: "DUCKDB_ERROR",
        message: `The query has a column of a type (${id}) that has no counterpart among the field types.`,
        hint: "Cast the column to VARCHAR in the query.",
      });
  }
}

/** Inside a list or struct there is no expression to check a value with, so nanoseconds stay text. */
function nested(library: DuckDbLibrary, handle: Pointer): ResultType {
  if (library.typeId(handle) !== TIMESTAMP_NS) return readLogicalType(library, handle);
  library.destroyType(new BigUint64Array([handle]));
  return castTo(STRING);
}

function structType(library: DuckDbLibrary, handle: Pointer): ResultType {
  const count = Number(library.structCount(handle));
  const members = Array.from({ length: count }, (_, index) => ({
    name: takeText(library, library.structName(handle, index)),
    result: nested(library, library.structChild(handle, index)),
  }));
  // An unnamed struct (a row) has empty names, which nothing else can hold.
  if (members.some((member) => member.name === "")) return castTo(JSON_TYPE);
  const type: FieldType = {
    kind: "struct",
    fields: members.map((member) => ({ name: member.name, type: member.result.type })),
  };
  return members.every((member) => member.result.exact) ? exactly(type) : castTo(type);
}

function readAlias(library: DuckDbLibrary, handle: Pointer): string {
  return takeText(library, library.typeAlias(handle));
}

/** Reads a text that DuckDB allocated and frees it. */
export function takeText(library: DuckDbLibrary, pointer: Pointer): string {
  if (!pointer) return "";
  const text = readCString(pointer);
  library.free(pointer);
  return text;
}

/** Wraps a query so that every column has the layout of its field type. */
export function castingQuery(sql: string, names: readonly string[], types: readonly ResultType[]): string {
  const columns = types.map((_, index) => `c${index}`);
  const select = types.map(
    (type, index) => `${type.cast(`c${index}`)} AS ${quoteIdentifier(names[index] as string)}`,
  );
  return `SELECT ${select.join(", ")} FROM (${sql}\n) AS q(${columns.join(", ")})`;
}

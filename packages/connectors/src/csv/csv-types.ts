import { type Connection, quoteIdentifier } from "@dativo/columnar";
import type { Field, FieldType, TableSchema } from "@dativo/sdk";
import type { FoundFile } from "../files-reader/list-files.js";
import { parseFieldType } from "../schema/field-types.js";
import { EXACT_NUMBER_BYTES, textValueSql } from "../schema/text-value-sql.js";
import { type CsvDialect, readCsvSql } from "./csv-dialect.js";

/** Records that a first look is taken at. */
const SAMPLE_RECORDS = 20_000;
/** Columns looked at in one query. */
const COLUMNS_AT_ONCE = 64;

const NUMBER_WORD = 256;
const LONG_INTEGER = 128;

/** What a text looks like, as bits, in the order in which they are tried. */
const LOOKS: readonly (readonly [bit: number, type: FieldType])[] = [
  [1, { kind: "integer" }],
  [2, { kind: "number" }],
  [4, { kind: "boolean" }],
  [8, { kind: "date" }],
  [16, { kind: "timestamp", zone: false }],
  [32, { kind: "timestamp", zone: true }],
];
const TEXT = 64;
const STRING: FieldType = { kind: "string" };

/**
 * The columns of a CSV file with their types: declared ones as declared, others by what the values of the first
 * 20 000 records look like.
 *
 * A column is only given a type that every value looked at has without loss: one with a leading zero anywhere is text.
 */
export async function csvSchema(
  connection: Connection,
  file: FoundFile,
  dialect: CsvDialect,
  declared: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<TableSchema> {
  const open = dialect.columns.filter((column) => declared[column] === undefined);
  const sample = `(FROM ${readCsvSql(file, dialect, () => "VARCHAR", ", ignore_errors = true, parallel = false")} LIMIT ${SAMPLE_RECORDS})`;
  const types = await lookAtColumns(connection, sample, open, signal);
  const fields = dialect.columns.map((name): Field => {
    const type = declared[name];
    return { name, type: type === undefined ? (types.get(name) ?? STRING) : parseFieldType(type) };
  });
  return { fields };
}

/** The types of columns by what all their values look like. */
export async function lookAtColumns(
  connection: Connection,
  from: string,
  columns: readonly string[],
  signal?: AbortSignal,
): Promise<Map<string, FieldType>> {
  const types = new Map<string, FieldType>();
  for (let at = 0; at < columns.length; at += COLUMNS_AT_ONCE) {
    const group = columns.slice(at, at + COLUMNS_AT_ONCE);
    const looks = group.map(
      (column, index) => `coalesce(bit_or(${lookSql(quoteIdentifier(column))}), 0) AS m${index}`,
    );
    const { rows } = await connection.query(`SELECT ${looks.join(", ")} FROM ${from}`, [], signal);
    group.forEach(
      (column, index) => void types.set(column, typeOfLooks(Number(rows[0]?.[`m${index}`] ?? 0))),
    );
  }
  return types;
}

function lookSql(column: string): string {
  const look = (kind: FieldType["kind"]) => LOOKS.filter(([, type]) => type.kind === kind);
  const cases = (looks: typeof LOOKS) =>
    looks.map(([bit, type]) => {
      const found =
        type.kind === "integer"
          ? `CASE WHEN strlen(${column}) <= ${EXACT_NUMBER_BYTES} THEN ${bit} ELSE ${LONG_INTEGER} END`
          : String(bit);
      return `WHEN ${textValueSql(column, type).fits} THEN ${found}`;
    });
  const digits = cases(LOOKS.filter(([, type]) => type.kind !== "boolean"));
  // What begins with neither a digit nor a minus sign is a word.
  return (
    `CASE WHEN ${column} IS NULL THEN 0 WHEN ${column} >= '-' AND ${column} < ':' THEN CASE WHEN ${column} = '-inf' THEN ${NUMBER_WORD} ${digits.join(" ")} ELSE ${TEXT} END ` +
    `WHEN ${column} IN ('nan', 'inf') THEN ${NUMBER_WORD} ${cases(look("boolean")).join(" ")} ELSE ${TEXT} END`
  );
}

/** The type for values that look in all the ways of a mask. */
export function typeOfLooks(mask: number): FieldType {
  if (mask === 1 || mask === LONG_INTEGER || mask === (1 | LONG_INTEGER)) return { kind: "integer" };
  if ((mask & (1 | 2)) !== 0 && (mask & ~(1 | 2 | NUMBER_WORD)) === 0) return { kind: "number" };
  if (mask === 4) return { kind: "boolean" };
  if (mask === 8) return { kind: "date" };
  if (mask === 16) return { kind: "timestamp", zone: false };
  if (mask === 32) return { kind: "timestamp", zone: true };
  return { kind: "string" };
}

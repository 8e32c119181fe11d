import {
  type Field,
  type FieldType,
  formatFieldType,
  type RelationBatch,
  type TableSchema,
} from "@dativo/protocol";
import { memberPath, type RejectionReason } from "../pack/rejection.js";
import type { Connection } from "./connection.js";
import type { ResultType } from "./logical-type.js";
import { certain, isJson, losslessCast } from "./lossless-cast.js";
import { columnType, quoteIdentifier, quoteLiteral } from "./sql.js";

/** Queries that check a relation against a schema. */
export interface RelationValidation {
  /** True when the relation has exactly the columns of the schema, so that nothing needs to be checked. */
  readonly identical: boolean;
  /** A query for the records that can be stored, with the columns of the schema. */
  readonly validSql: string;
  /** A query for the others, with the columns path, reason, expected, got and record; absent when there can be none. */
  readonly invalidSql?: string;
  /** A query for the number of the others, in the column count. */
  readonly invalidCountSql?: string;
  /** Columns of the relation that the schema does not have; when mode is warn, they are left out. */
  readonly unknown: readonly string[];
}

/**
 * Writes the queries that check a relation, in DuckDB and by the rules by which rows are packed.
 *
 * The statements in `relation.setup` must have run on the connection.
 *
 * @param mode strict rejects every record of a relation that has columns the schema does not have; warn leaves
 * such columns out.
 * @throws DativoError `DUCKDB_ERROR` when the query of the relation is not valid.
 * @example
 * const { validSql } = await relationValidation(connection, relation, schema, "warn");
 * await connection.run(`COPY (${validSql}) TO 'out.parquet'`);
 */
export async function relationValidation(
  connection: Connection,
  relation: RelationBatch,
  target: TableSchema,
  mode: "strict" | "warn",
): Promise<RelationValidation> {
  const source = await connection.describeTypes(relation.sql);
  const names = source.schema.fields.map((field) => field.name);
  const unknown = names.filter((name) => !target.fields.some((field) => field.name === name));
  const columns = target.fields.map((field) => checkedColumn(field, names.indexOf(field.name), source.types));
  const checks = columns.flatMap((column) => (column.check === undefined ? [] : [column.check]));
  if (mode === "strict") for (const name of unknown) checks.unshift(unknownColumn(name));
  const from = `FROM (${relation.sql}\n) AS q(${names.map((_, index) => `c${index}`).join(", ")})`;
  const inOrder =
    names.length === columns.length && columns.every((column, index) => column.value === `c${index}`);
  const identical = checks.length === 0 && unknown.length === 0 && inOrder;
  if (identical) return { identical, validSql: relation.sql, unknown };
  const select = columns.map((column) => `${column.value} AS ${quoteIdentifier(column.name)}`).join(", ");
  if (checks.length === 0) return { identical, validSql: `SELECT ${select} ${from}`, unknown };
  const valid = checks.map((check) => `(${check.holds})`).join(" AND ");
  const members = names.map(
    (name, index) =>
      `${quoteIdentifier(name)} := ${recordMember(`c${index}`, source.types[index] as ResultType)}`,
  );
  const record = `to_json(struct_pack(${members.join(", ")}))`;
  return {
    identical,
    unknown,
    validSql: `SELECT ${select} ${from} WHERE ${valid}`,
    invalidCountSql: `SELECT count(*) AS count ${from} WHERE NOT (${valid})`,
    invalidSql: `SELECT ${firstFailing(checks, "path")}, ${firstFailing(checks, "reason")}, ${firstFailing(checks, "expected")}, ${firstFailing(checks, "got")}, ${record} AS record ${from} WHERE NOT (${valid})`,
  };
}

/** A condition of a record, and what is said when it does not hold; the texts are SQL expressions. */
interface Check {
  readonly holds: string;
  readonly path: string;
  readonly reason: string;
  readonly expected: string;
  readonly got: string;
}

interface CheckedColumn {
  readonly name: string;
  readonly value: string;
  readonly check?: Check;
}

function checkedColumn(field: Field, at: number, types: readonly ResultType[]): CheckedColumn {
  const { name } = field;
  const empty = `CAST(NULL AS ${columnType(field.type)})`;
  if (at < 0) {
    if (!field.required) return { name, value: empty };
    return {
      name,
      value: empty,
      check: checkOf(field, "false", quoteLiteral("required"), quoteLiteral("nothing")),
    };
  }
  const type = types[at] as ResultType;
  const raw = `c${at}`;
  const plain = type.cast(raw);
  const cast = losslessCast(type.type, field.type);
  const required = field.required ? `${raw} IS NOT NULL` : undefined;
  if (cast === undefined) {
    const holds = field.required ? "false" : `${raw} IS NULL`;
    return {
      name,
      value: empty,
      check: checkOf(field, holds, reasonSql(raw, "type"), gotSql(raw, type.type)),
    };
  }
  const converts = cast.holds === undefined ? undefined : `(${raw} IS NULL OR ${certain(cast.holds(plain))})`;
  const holds = [required, converts].filter((condition) => condition !== undefined).join(" AND ");
  const value = cast.value(plain);
  if (holds === "") return { name, value };
  return { name, value, check: checkOf(field, holds, reasonSql(raw, cast.reason), gotSql(raw, type.type)) };
}

function checkOf(field: Field, holds: string, reason: string, got: string): Check {
  return {
    holds,
    path: quoteLiteral(memberPath("", field.name)),
    reason,
    expected: quoteLiteral(formatFieldType(field.type).slice(0, 200)),
    got,
  };
}

function unknownColumn(name: string): Check {
  const holds = "false";
  return {
    holds,
    path: quoteLiteral(memberPath("", name)),
    reason: quoteLiteral("unknown_field"),
    expected: quoteLiteral("a field of the schema"),
    got: quoteLiteral("another field"),
  };
}

function reasonSql(raw: string, reason: RejectionReason): string {
  return `CASE WHEN ${raw} IS NULL THEN 'required' ELSE ${quoteLiteral(reason)} END`;
}

function gotSql(raw: string, type: FieldType): string {
  const kind = quoteLiteral(formatFieldType(type).slice(0, 200));
  const got =
    type.kind === "string" ? `'text of ' || length(CAST(${raw} AS VARCHAR)) || ' characters'` : kind;
  return `CASE WHEN ${raw} IS NULL THEN 'null' ELSE ${got} END`;
}

/** A column as it goes into the JSON of a rejected record; what JSON cannot hold becomes text. */
function recordMember(raw: string, { type }: ResultType): string {
  if (type.kind !== "number" && type.kind !== "list" && type.kind !== "struct") return raw;
  return `CASE WHEN ${raw} IS NULL THEN NULL WHEN ${isJson(raw)} THEN to_json(${raw}) ELSE to_json(CAST(${raw} AS VARCHAR)) END`;
}

function firstFailing(checks: readonly Check[], part: Exclude<keyof Check, "holds">): string {
  const cases = checks.map((check) => `WHEN NOT (${check.holds}) THEN ${check[part]}`);
  return `CASE ${cases.join(" ")} END AS ${part}`;
}

import { type Connection, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import type { Field, RelationBatch, TableSchema } from "@dativo/sdk";

let scans = 0;

/** Names, seen by every session of the process, of what one scan of a file with bad records found. */
export interface ScanTables {
  /** Records that could be read, in the columns of the schema. */
  readonly good: string;
  /** Records that could not: reason, path, expected, got, record. */
  readonly rejects: string;
  /** Unqualified name that no other scan has, for temporary tables. */
  readonly name: string;
}

/** Names the tables of a new scan. */
export function scanTables(): ScanTables {
  scans += 1;
  const name = `dativo_scan_${scans}`;
  return { name, good: `memory.main.${name}_good`, rejects: `memory.main.${name}_rejects` };
}

/** Creates the table of rejected records. */
export async function createRejects(connection: Connection, tables: ScanTables): Promise<void> {
  await connection.run(
    `CREATE OR REPLACE TABLE ${tables.rejects} (reason VARCHAR, path VARCHAR, expected VARCHAR, got VARCHAR, record JSON)`,
  );
}

/** The batch of a file whose records were sorted into good and rejected ones. */
export function sortedRelation(tables: ScanTables, schema: TableSchema, recordCount: number): RelationBatch {
  return {
    form: "relation",
    sql: `FROM ${tables.good}`,
    schema,
    recordCount,
    rejects: `SELECT reason, path, expected, got, record FROM ${tables.rejects}`,
  };
}

/** Drops what a scan made; what was never made is fine. */
export async function dropScan(connection: Connection, tables: ScanTables): Promise<void> {
  await connection.run(`DROP TABLE IF EXISTS ${tables.good}; DROP TABLE IF EXISTS ${tables.rejects}`);
}

/** A field and the SQL condition, never null, under which its value fits. */
export interface FieldCheck {
  readonly field: Field;
  readonly fits: string;
  /** Expression of the value as text, for its length. */
  readonly text: string;
}

/** A query of the records of which a field does not fit, in the columns of rejected records. */
export function misfitSql(checks: readonly FieldCheck[], record: string, from: string): string {
  const choose = (value: (check: FieldCheck) => string) =>
    `CASE ${checks.map((check) => `WHEN NOT (${check.fits}) THEN ${value(check)}`).join(" ")} END`;
  const path = choose(({ field }) => quoteLiteral(field.name));
  const expected = choose(({ field }) => quoteLiteral(field.type.kind));
  const got = choose(({ text }) => `'text of ' || length(${text}) || ' characters'`);
  return `SELECT 'type', ${path}, ${expected}, ${got}, ${record} FROM ${from} WHERE ${checks.map(({ fits }) => `NOT (${fits})`).join(" OR ")}`;
}

/** The condition under which all fields fit. */
export function allFit(checks: readonly FieldCheck[]): string {
  return checks.length === 0 ? "true" : checks.map(({ fits }) => fits).join(" AND ");
}

/** A JSON object of columns. */
export function recordSql(columns: readonly string[]): string {
  return `to_json(struct_pack(${columns.map((column) => `${quoteIdentifier(column)} := ${quoteIdentifier(column)}`).join(", ")}))`;
}

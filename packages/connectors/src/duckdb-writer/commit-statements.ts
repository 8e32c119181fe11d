import { type Connection, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import type { TableSchema } from "@dativo/sdk";
import { pathSql } from "../scan/path-sql.js";
import { ORDINAL, type TableNames } from "./table-names.js";
import { addColumnsSql, createTableSql, missingFields, tableFields } from "./table-schema.js";

/** What a commit brings into a table. */
export interface TableCommit {
  readonly mode: "append" | "replace" | "merge";
  readonly key: readonly string[];
  readonly files: readonly string[];
  readonly schema: TableSchema;
  readonly final: boolean;
  readonly token: string;
  readonly runId: string;
}

/**
 * Makes a commit in one transaction, together with its token: however often it is asked for, it is made once.
 *
 * @returns whether it was made now, rather than before
 */
export async function commitOnce(
  connection: Connection,
  names: TableNames,
  commit: TableCommit,
): Promise<boolean> {
  await connection.run("BEGIN");
  try {
    await connection.run(
      `CREATE SCHEMA IF NOT EXISTS ${names.schema}; CREATE TABLE IF NOT EXISTS ${names.commits} (object VARCHAR NOT NULL, token VARCHAR NOT NULL, committed_at TIMESTAMPTZ NOT NULL)`,
    );
    const made = await connection.query(
      `SELECT 1 AS made FROM ${names.commits} WHERE object = ? AND token = ?`,
      [names.object, commit.token],
    );
    if (made.rows.length === 0) {
      await bringIn(connection, names, commit);
      await connection.run(
        `INSERT INTO ${names.commits} VALUES (${quoteLiteral(names.object)}, ${quoteLiteral(commit.token)}, now())`,
      );
    }
    await connection.run("COMMIT");
    return made.rows.length === 0;
  } catch (error) {
    await connection.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

async function bringIn(connection: Connection, names: TableNames, commit: TableCommit): Promise<void> {
  if (commit.mode === "replace") return replace(connection, names, commit);
  await ensureTable(connection, names.table, names, commit.schema);
  if (commit.files.length === 0) return;
  if (commit.mode === "append")
    await connection.run(`INSERT INTO ${names.table} BY NAME ${stagedSql(commit)}`);
  else await merge(connection, names, commit);
}

/** The records of the staged files; columns that only later files have are null in the others. */
function stagedSql({ files }: TableCommit): string {
  return `FROM read_parquet([${files.map(pathSql).join(", ")}], union_by_name = true, hive_partitioning = false)`;
}

async function ensureTable(
  connection: Connection,
  table: string,
  names: TableNames,
  schema: TableSchema,
): Promise<void> {
  if (schema.fields.length === 0) return;
  const existing = await tableFields(connection, table);
  if (existing === undefined) await connection.run(createTableSql(table, schema));
  else
    for (const statement of addColumnsSql(table, missingFields(names.object, existing, schema)))
      await connection.run(statement);
}

/** The last record of each key takes the place of what the table has. */
async function merge(connection: Connection, names: TableNames, commit: TableCommit): Promise<void> {
  const staged = "temp.main._dativo_staged";
  const keys = commit.key.map(quoteIdentifier);
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE _dativo_staged AS ${stagedSql(commit)} QUALIFY row_number() OVER (PARTITION BY ${keys.join(", ")} ORDER BY ${ORDINAL} DESC) = 1`,
  );
  const same = keys.map((key) => `t.${key} IS NOT DISTINCT FROM s.${key}`).join(" AND ");
  await connection.run(`DELETE FROM ${names.table} AS t USING ${staged} AS s WHERE ${same}`);
  await connection.run(`INSERT INTO ${names.table} BY NAME SELECT * EXCLUDE (${ORDINAL}) FROM ${staged}`);
  await connection.run("DROP TABLE temp.main._dativo_staged");
}

/** Fills the table that waits in the background; at the last commit it takes the place of the visible one. */
async function replace(connection: Connection, names: TableNames, commit: TableCommit): Promise<void> {
  const object = quoteLiteral(names.object);
  await connection.run(
    `CREATE TABLE IF NOT EXISTS ${names.replacements} (object VARCHAR NOT NULL, run VARCHAR NOT NULL)`,
  );
  const begun = await connection.query(`SELECT run FROM ${names.replacements} WHERE object = ?`, [
    names.object,
  ]);
  if (begun.rows[0]?.run !== commit.runId) {
    await connection.run(
      `DROP TABLE IF EXISTS ${names.next}; DELETE FROM ${names.replacements} WHERE object = ${object}`,
    );
    await connection.run(
      `INSERT INTO ${names.replacements} VALUES (${object}, ${quoteLiteral(commit.runId)})`,
    );
  }
  await ensureTable(connection, names.next, names, commit.schema);
  if (commit.files.length > 0) await connection.run(`INSERT INTO ${names.next} BY NAME ${stagedSql(commit)}`);
  if (!commit.final) return;
  await connection.run(`DELETE FROM ${names.replacements} WHERE object = ${object}`);
  if ((await tableFields(connection, names.next)) === undefined) {
    // Without records nobody knows the columns; the table keeps its own and loses its records.
    if ((await tableFields(connection, names.table)) !== undefined)
      await connection.run(`DELETE FROM ${names.table}`);
    return;
  }
  await connection.run(
    `DROP TABLE IF EXISTS ${names.table}; ALTER TABLE ${names.next} RENAME TO ${names.bareTable}`,
  );
}

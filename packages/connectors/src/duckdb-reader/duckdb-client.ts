import {
  type Connection,
  columnType,
  DuckDb,
  quoteIdentifier,
  quoteLiteral,
  unpackRows,
} from "@dativo/columnar";
import type { RelationBatch, Row, SourceConfig, TableSchema } from "@dativo/sdk";
import { type AttachedFile, attachFile } from "../duckdb/database-file.js";
import { columnsOf, type ExactColumn, exactSql } from "../schema/exact-columns.js";
import { type TableEntry, tableEntries } from "./table-entry.js";

/** Records of one page of an incremental read. */
const PAGE_RECORDS = 10_000;

/** What an open DuckDB reader holds. */
export class DuckDbClient {
  private constructor(
    private readonly file: AttachedFile,
    private readonly schema: string,
    private readonly connection: Connection,
    private readonly source: SourceConfig,
  ) {}

  static async open(
    source: SourceConfig,
    projectRoot: string,
    connection: { readonly path: string; readonly schema: string },
  ): Promise<DuckDbClient> {
    const file = await attachFile(projectRoot, connection.path, "source");
    return new DuckDbClient(file, connection.schema, (await DuckDb.shared()).connect(), source);
  }

  /** The objects: those of `source.tables`, or else all tables and views. */
  async objects(): Promise<Map<string, TableEntry>> {
    const entries = tableEntries(this.source);
    if (entries.size > 0) return entries;
    const { rows } = await this.connection.query(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ? ORDER BY 1",
      [this.file.alias, this.schema],
    );
    for (const { name } of rows)
      if (!String(name).startsWith("_dativo_")) entries.set(String(name), { name: String(name), key: [] });
    return entries;
  }

  /** The columns of an object, in the order of the table. */
  async columns(entry: TableEntry): Promise<ExactColumn[]> {
    return this.inDatabase(() => columnsOf(this.connection, this.from(entry)));
  }

  /** All records of a table as a query that any session of the process can run. */
  async relation(entry: TableEntry): Promise<RelationBatch> {
    const columns = await this.columns(entry);
    const sql = selectSql(columns, this.from(entry));
    const { rows } = await this.connection.query(`SELECT count(*) AS n FROM (${sql})`);
    return { form: "relation", sql, schema: schemaOf(columns), recordCount: Number(rows[0]?.n) };
  }

  /** Number of records of an object. */
  async count(entry: TableEntry): Promise<number> {
    return this.inDatabase(async () => {
      const { rows } = await this.connection.query(`SELECT count(*) AS n FROM (${this.from(entry)})`);
      return Number(rows[0]?.n);
    });
  }

  /** The records of a query, as columns; its unqualified names are those of the database. */
  async *stream(entry: TableEntry, signal: AbortSignal) {
    const columns = await this.columns(entry);
    await this.connection.run(`USE ${this.place}`);
    try {
      yield* this.connection.stream(selectSql(columns, this.from(entry)), { signal });
    } finally {
      await this.connection.run("USE memory");
    }
  }

  /** The records from a cursor value on, in the order of the cursor; records without one come first, and always. */
  async *pages(
    entry: TableEntry,
    cursor: string,
    since: unknown,
    signal: AbortSignal,
  ): AsyncGenerator<readonly Row[]> {
    const columns = await this.columns(entry);
    const name = quoteIdentifier(cursor);
    const type = columns.find((column) => column.name === cursor)?.type;
    const from =
      since === undefined || type === undefined
        ? ""
        : ` WHERE ${name} IS NULL OR ${name} >= CAST(${quoteLiteral(String(since))} AS ${columnType(type)})`;
    const key = entry.key.map((column) => `, ${quoteIdentifier(column)}`).join("");
    const sql = `SELECT * FROM (${selectSql(columns, this.from(entry))})${from} ORDER BY ${name} NULLS FIRST${key}`;
    await this.connection.run(`USE ${this.place}`);
    try {
      for await (const columnBatch of this.connection.stream(sql, { signal, batchRows: PAGE_RECORDS }))
        yield unpackRows(columnBatch);
    } finally {
      await this.connection.run("USE memory");
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.file.detach();
  }

  private get place(): string {
    return `${this.file.alias}.${quoteIdentifier(this.schema)}`;
  }

  private from({ name, query }: TableEntry): string {
    return query === undefined
      ? `FROM ${this.place}.${quoteIdentifier(name ?? "")}`
      : `FROM (${query.replace(/;\s*$/, "")}\n)`;
  }

  private async inDatabase<T>(work: () => Promise<T>): Promise<T> {
    await this.connection.run(`USE ${this.place}`);
    try {
      return await work();
    } finally {
      await this.connection.run("USE memory");
    }
  }
}

/** The schema of exact columns. */
export function schemaOf(columns: readonly ExactColumn[]): TableSchema {
  return { fields: columns.map(({ name, type }) => ({ name, type })) };
}

function selectSql(columns: readonly ExactColumn[], from: string): string {
  return `SELECT ${columns.map((column) => `${exactSql(column)} AS ${quoteIdentifier(column.name)}`).join(", ")} ${from}`;
}

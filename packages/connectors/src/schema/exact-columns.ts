import { type Connection, columnType, quoteIdentifier } from "@dativo/columnar";
import type { Field } from "@dativo/sdk";

/** A column of a query, and the type that DuckDB has it in. */
export interface ExactColumn extends Field {
  /** DuckDB's name for the type. */
  readonly sqlType: string;
}

/** The columns of a query. */
export async function columnsOf(connection: Connection, sql: string): Promise<ExactColumn[]> {
  const { fields } = await connection.describe(sql);
  const { rows } = await connection.query(`SELECT column_type FROM (DESCRIBE ${sql})`);
  return fields.map(({ name, type }, index) => ({
    name,
    type,
    sqlType: String(rows[index]?.column_type),
  }));
}

/** The expression that gives a column in the layout of its field type, or fails where that would lose something. */
export function exactSql({ name, type, sqlType }: ExactColumn): string {
  const column = quoteIdentifier(name);
  const wanted = columnType(type);
  if (sqlType === wanted) return column;
  if (sqlType === "TIMESTAMP_NS")
    return `CASE WHEN ${column} IS NULL THEN NULL WHEN epoch_ns(${column}) % 1000 = 0 THEN CAST(${column} AS TIMESTAMP) ELSE error('a TIMESTAMP_NS has digits beyond the microsecond') END`;
  return type.kind === "json" ? `to_json(${column})` : `CAST(${column} AS ${wanted})`;
}

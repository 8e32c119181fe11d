import { type Connection, columnType, quoteIdentifier } from "@dativo/columnar";
import { DativoError, type Field, isDativoError, type TableSchema } from "@dativo/sdk";
import { formatFieldType, sameFieldType } from "../schema/field-types.js";
import { widerType } from "../schema/merge-schemas.js";

/** The columns of a table, or undefined when there is none of that name. */
export async function tableFields(
  connection: Connection,
  table: string,
): Promise<readonly Field[] | undefined> {
  try {
    return (await connection.describe(`FROM ${table}`)).fields;
  } catch (error) {
    if (isDativoError(error) && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/**
 * The columns that a table lacks.
 *
 * @throws DativoError `TARGET_SCHEMA_CONFLICT` naming the columns whose type in the table does not hold the new values
 */
export function missingFields(object: string, existing: readonly Field[], schema: TableSchema): Field[] {
  // DuckDB does not tell names apart that differ in case only.
  const known = new Map(existing.map((field) => [field.name.toLowerCase(), field]));
  const missing: Field[] = [];
  const conflicts: string[] = [];
  for (const field of schema.fields) {
    const column = known.get(field.name.toLowerCase());
    if (column === undefined) missing.push(field);
    else if (!holds(column, field))
      conflicts.push(
        `  ${field.name}: the table has ${formatFieldType(column.type)}, the records have ${formatFieldType(field.type)}`,
      );
  }
  if (conflicts.length === 0) return missing;
  throw new DativoError({
    code: "TARGET_SCHEMA_CONFLICT",
    message: `The table ${object} cannot hold these records:\n${conflicts.join("\n")}`,
    details: { object, conflicts },
  });
}

function holds(column: Field, field: Field): boolean {
  return (
    sameFieldType(column.type, field.type) || sameFieldType(widerType(column.type, field.type), column.type)
  );
}

/** The statement that makes a table. */
export function createTableSql(table: string, schema: TableSchema): string {
  const columns = schema.fields.map(({ name, type }) => `${quoteIdentifier(name)} ${columnType(type)}`);
  return `CREATE TABLE IF NOT EXISTS ${table} (${columns.join(", ")})`;
}

/** The statements that add columns to a table. */
export function addColumnsSql(table: string, fields: readonly Field[]): string[] {
  return fields.map(
    ({ name, type }) => `ALTER TABLE ${table} ADD COLUMN ${quoteIdentifier(name)} ${columnType(type)}`,
  );
}

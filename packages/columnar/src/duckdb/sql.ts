import { DativoError, type FieldType } from "@dativo/protocol";

/**
 * Writes a name as an SQL identifier.
 *
 * @throws DativoError `CONFIG_INVALID` when the name holds a NUL character, which DuckDB cannot represent.
 * @example
 * quoteIdentifier('a "b"') // '"a ""b"""'
 */
export function quoteIdentifier(name: string): string {
  if (name.includes("\0"))
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `The name ${JSON.stringify(name)} holds a NUL character.`,
      hint: "Rename the field; DuckDB has no way to spell a name with a NUL character.",
    });
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Writes a text as an SQL literal.
 *
 * @example
 * quoteLiteral("it's") // "'it''s'"
 */
export function quoteLiteral(text: string): string {
  if (text.includes("\0")) return `(${text.split("\0").map(quoteLiteral).join(" || chr(0) || ")})`;
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * The SQL type that stores a field type.
 *
 * @example
 * columnType({ kind: "timestamp", zone: true }) // "TIMESTAMP WITH TIME ZONE"
 */
export function columnType(type: FieldType): string {
  switch (type.kind) {
    case "string":
      return "VARCHAR";
    case "integer":
      return "BIGINT";
    case "number":
      return "DOUBLE";
    case "decimal":
      return `DECIMAL(${type.precision},${type.scale})`;
    case "boolean":
      return "BOOLEAN";
    case "date":
      return "DATE";
    case "timestamp":
      return type.zone ? "TIMESTAMP WITH TIME ZONE" : "TIMESTAMP";
    case "binary":
      return "BLOB";
    case "json":
      return "JSON";
    case "list":
      return `${columnType(type.item)}[]`;
    case "struct":
      return `STRUCT(${type.fields.map((field) => `${quoteIdentifier(field.name)} ${columnType(field.type)}`).join(", ")})`;
  }
}

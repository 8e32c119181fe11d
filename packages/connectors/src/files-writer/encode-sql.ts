import { quoteIdentifier } from "@dativo/columnar";
import type { FieldType, TableSchema } from "@dativo/sdk";
import type { FileFormat } from "../files/file-format.js";

/** A query whose values are ready to be written in a format. */
export function encodedSql(format: FileFormat, schema: TableSchema, sql: string): string {
  if (format === "parquet") return sql;
  const encode = format === "csv" ? csvSql : jsonSql;
  const columns = schema.fields.map(({ name, type }) => {
    const column = quoteIdentifier(name);
    return `${encode(column, type)} AS ${column}`;
  });
  return `SELECT ${columns.join(", ")} FROM (${sql})`;
}

/** CSV has text only: bytes are base64, nested values JSON. */
function csvSql(value: string, type: FieldType): string {
  switch (type.kind) {
    case "binary":
      return `to_base64(${value})`;
    case "json":
      return `CAST(${value} AS VARCHAR)`;
    case "list":
    case "struct":
      return `CAST(to_json(${jsonSql(value, type)}) AS VARCHAR)`;
    default:
      return value;
  }
}

/** Digits of which every reader of JSON keeps all, since a double does. */
const JSON_DIGITS = 15;

/**
 * JSON has no bytes, dates or special numbers: base64, ISO 8601 text and the words nan, inf and -inf. Decimals of more
 * digits than a double holds are text.
 */
function jsonSql(value: string, type: FieldType, depth = 0): string {
  switch (type.kind) {
    case "binary":
      return `to_base64(${value})`;
    case "timestamp": {
      const text = `replace(CAST(${type.zone ? `(${value} AT TIME ZONE 'UTC')` : value} AS VARCHAR), ' ', 'T')`;
      return type.zone ? `(${text} || 'Z')` : text;
    }
    case "decimal":
      return type.precision <= JSON_DIGITS ? value : `CAST(${value} AS VARCHAR)`;
    case "number":
      return `CASE WHEN isfinite(${value}) OR ${value} IS NULL THEN to_json(${value}) ELSE to_json(CAST(${value} AS VARCHAR)) END`;
    case "list": {
      const item = `x${depth}`;
      return `list_transform(${value}, lambda ${item}: ${jsonSql(item, type.item, depth + 1)})`;
    }
    case "struct": {
      const members = type.fields.map(
        (field) =>
          `${quoteIdentifier(field.name)} := ${jsonSql(`struct_extract(${value}, '${field.name.replaceAll("'", "''")}')`, field.type, depth)}`,
      );
      return members.length === 0
        ? value
        : `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${members.join(", ")}) END`;
    }
    default:
      return value;
  }
}

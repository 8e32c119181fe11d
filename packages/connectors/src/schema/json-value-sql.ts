import { columnType, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import type { FieldType } from "@dativo/sdk";
import { textValueSql } from "./text-value-sql.js";

/**
 * SQL that makes a value of a type out of a JSON value, and fails where the JSON value is something else.
 *
 * @param json an expression of type JSON
 * @param depth how many lists the expression stands in; lambda parameters are named by it
 */
export function jsonValueSql(json: string, type: FieldType, depth = 0): string {
  const missing = `(${json} IS NULL OR json_type(${json}) = 'NULL')`;
  switch (type.kind) {
    case "json":
      return `(CASE WHEN ${json} IS NULL THEN NULL ELSE ${json} END)`;
    case "list": {
      const item = `x${depth}`;
      const items = `list_transform(json_extract(${json}, '$[*]'), lambda ${item}: ${jsonValueSql(item, type.item, depth + 1)})`;
      return `(CASE WHEN ${missing} THEN NULL WHEN json_type(${json}) = 'ARRAY' THEN ${items} ELSE ${misfit(type)} END)`;
    }
    case "struct": {
      const members = type.fields.map(
        (field) => `${quoteIdentifier(field.name)} := ${jsonValueSql(`json_extract(${json}, ${quoteLiteral(jsonPath(field.name))})`, field.type, depth)}`,
      );
      const packed = members.length === 0 ? `CAST(NULL AS ${columnType(type)})` : `struct_pack(${members.join(", ")})`;
      return `(CASE WHEN ${missing} THEN NULL WHEN json_type(${json}) = 'OBJECT' THEN ${packed} ELSE ${misfit(type)} END)`;
    }
    default: {
      const scalar = textValueSql(`(${json} ->> '$')`, type);
      return `(CASE WHEN ${missing} THEN NULL WHEN ${scalar.fits} THEN ${scalar.value} ELSE ${misfit(type)} END)`;
    }
  }
}

/** The path of a member in DuckDB's JSON functions. */
export function jsonPath(name: string): string {
  return `$."${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function misfit(type: FieldType): string {
  return `error('a JSON value is not ${type.kind}')`;
}

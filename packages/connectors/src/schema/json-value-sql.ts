import { columnType, quoteIdentifier, quoteLiteral } from "@dativo/columnar";
import type { FieldType } from "@dativo/sdk";
import { type TextValueSql, textValueSql } from "./text-value-sql.js";

/**
 * SQL that makes a value of a type out of a JSON value.
 *
 * @param json an expression of type JSON
 * @param depth how many lists the expression stands in; lambda parameters are named by it
 */
export function jsonValueSql(json: string, type: FieldType, depth = 0): TextValueSql {
  const missing = `${json} IS NULL OR json_type(${json}) = 'NULL'`;
  const of = (kind: string | undefined, inner: TextValueSql): TextValueSql => {
    const wrong = kind === undefined ? "" : `WHEN json_type(${json}) <> '${kind}' THEN`;
    return {
      value: `CASE WHEN ${missing} THEN NULL ${wrong && `${wrong} NULL`} ELSE ${inner.value} END`,
      fits: `CASE WHEN ${missing} THEN true ${wrong && `${wrong} false`} ELSE ${inner.fits} END`,
    };
  };
  switch (type.kind) {
    case "json":
      return { value: json, fits: "true" };
    case "list": {
      const item = `x${depth}`;
      const inner = jsonValueSql(item, type.item, depth + 1);
      const each = (expression: string) =>
        `list_transform(json_extract(${json}, '$[*]'), lambda ${item}: ${expression})`;
      return of("ARRAY", {
        value: each(inner.value),
        fits: `coalesce(list_bool_and(${each(inner.fits)}), true)`,
      });
    }
    case "struct": {
      const members = type.fields.map(({ name, type: member }) => ({
        name: quoteIdentifier(name),
        ...jsonValueSql(`json_extract(${json}, ${quoteLiteral(jsonPath(name))})`, member, depth),
      }));
      if (members.length === 0)
        return of("OBJECT", { value: `CAST(NULL AS ${columnType(type)})`, fits: "true" });
      const packed = `struct_pack(${members.map(({ name, value }) => `${name} := ${value}`).join(", ")})`;
      return of("OBJECT", { value: packed, fits: members.map(({ fits }) => `(${fits})`).join(" AND ") });
    }
    case "number": {
      const text = `(${json} ->> '$')`;
      const { value, fits } = textValueSql(text, type);
      // A number with a fraction or exponent is a double to every reader of JSON; digits alone may be more than that.
      const exact = `coalesce(CAST(${value} AS HUGEINT) = TRY_CAST(${text} AS HUGEINT), false)`;
      const kinds = `WHEN json_type(${json}) = 'DOUBLE' THEN isfinite(${value}) WHEN json_type(${json}) IN ('BIGINT', 'UBIGINT') THEN ${exact}`;
      return of(undefined, { value, fits: `CASE ${kinds} ELSE ${fits} END` });
    }
    default:
      return of(undefined, textValueSql(`(${json} ->> '$')`, type));
  }
}

/** The path of a member in DuckDB's JSON functions. */
export function jsonPath(name: string): string {
  return `$."${name.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

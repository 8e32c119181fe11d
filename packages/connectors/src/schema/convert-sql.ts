import { columnType } from "@dativo/columnar";
import type { FieldType } from "@dativo/sdk";
import { sameFieldType } from "./field-types.js";

/**
 * SQL that turns a value into a wider type; fails rather than lose anything.
 *
 * @param to a type that `widerType` gives for `from` and another one
 */
export function convertSql(expression: string, from: FieldType, to: FieldType): string {
  if (sameFieldType(from, to)) return expression;
  if (to.kind === "json") return `to_json(${expression})`;
  const cast = `CAST(${expression} AS ${columnType(to)})`;
  if (from.kind === "integer" && to.kind === "number")
    return `CASE WHEN ${expression} IS NULL THEN NULL WHEN CAST(${cast} AS HUGEINT) = ${expression} THEN ${cast} ELSE error('an integer beyond 2^53 does not fit a column of numbers; declare the column as string or decimal') END`;
  return cast;
}

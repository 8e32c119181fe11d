import { columnType } from "@dativo/columnar";
import type { FieldType } from "@dativo/sdk";
import { jsonValueSql } from "./json-value-sql.js";

/** SQL for a value that is written as text. */
export interface TextValueSql {
  /** The value; null when the text is none of this type. */
  readonly value: string;
  /** Whether the text is null or one of this type that loses nothing; never null. */
  readonly fits: string;
}

const NUMBER = "-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][-+]?[0-9]{1,3})?";
const CLOCK = "[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,6})?)?";
const LOCAL = `[0-9]{4,6}-[0-9]{2}-[0-9]{2}[ T]${CLOCK}`;
const OFFSET = "(?:Z|[-+][0-9]{2}(?::?[0-9]{2})?)";

/** Longest number text of which every one is exact as a double: a sign, a point and 15 digits, less one. */
export const EXACT_NUMBER_BYTES = 16;

/**
 * SQL that reads text as a type strictly: leading zeros, a plus sign, digits beyond what a double holds, or a
 * fraction in an integer do not fit, so that writing the value again gives the same number, instant or word.
 *
 * Conditions are written as CASE, which stops at the first branch that holds; OR and coalesce look at all of theirs.
 */
export function textValueSql(text: string, type: FieldType): TextValueSql {
  const value = `TRY_CAST(${text} AS ${columnType(type)})`;
  const sameText = `CAST(${value} AS VARCHAR) = ${text}`;
  const unlessNull = (...cases: readonly string[]) =>
    `CASE WHEN ${text} IS NULL THEN true ${cases.join(" ")} END`;
  switch (type.kind) {
    case "string":
      return { value: text, fits: "true" };
    case "integer":
    case "date":
      return { value, fits: `CAST(${value} AS VARCHAR) IS NOT DISTINCT FROM ${text}` };
    case "number":
      return {
        value,
        fits: unlessNull(
          `WHEN strlen(${text}) <= ${EXACT_NUMBER_BYTES} AND regexp_full_match(${text}, '${NUMBER}') THEN coalesce(isfinite(${value}), false)`,
          `ELSE coalesce(${sameText}, false)`,
        ),
      };
    case "decimal":
      return {
        value,
        fits: unlessNull(
          `WHEN ${value} IS NULL THEN false`,
          `ELSE regexp_full_match(${text}, '-?[0-9]+(?:\\.[0-9]{0,${type.scale}}0*)?')`,
        ),
      };
    case "boolean": {
      const words = (word: string) =>
        `${text} IN ('${word.toLowerCase()}', '${word}', '${word.toUpperCase()}')`;
      return {
        value: `CASE WHEN ${words("True")} THEN true WHEN ${words("False")} THEN false END`,
        fits: unlessNull(`WHEN ${words("True")} THEN true`, `ELSE ${words("False")}`),
      };
    }
    case "timestamp":
      return {
        value,
        fits: `CASE WHEN ${sameText} THEN true WHEN ${text} IS NULL THEN true WHEN ${value} IS NULL THEN false ELSE regexp_full_match(${text}, '${type.zone ? `${LOCAL} ?${OFFSET}` : LOCAL}') END`,
      };
    case "binary": {
      // DuckDB fails on text that is not base64 rather than give null, so the form is checked first.
      const form = `regexp_full_match(${text}, '(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?')`;
      return { value: `CASE WHEN ${form} THEN from_base64(${text}) END`, fits: unlessNull(`ELSE ${form}`) };
    }
    case "json":
      return {
        value: `CASE WHEN json_valid(${text}) THEN CAST(${text} AS JSON) END`,
        fits: unlessNull(`ELSE json_valid(${text})`),
      };
    case "list":
    case "struct": {
      const json = jsonValueSql(`CAST(${text} AS JSON)`, type);
      return {
        value: `CASE WHEN json_valid(${text}) THEN ${json.value} END`,
        fits: unlessNull(`WHEN json_valid(${text}) THEN ${json.fits}`, "ELSE false"),
      };
    }
  }
}

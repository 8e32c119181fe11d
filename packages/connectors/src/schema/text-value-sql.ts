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

/** Longest number text of which every one is exact as a double: a sign, a point and 15 digits. */
export const EXACT_NUMBER_BYTES = 16;

/**
 * SQL that reads text as a type strictly: leading zeros, a plus sign, digits beyond what a double holds, or a
 * fraction in an integer do not fit, so that writing the value again gives the same number, instant or word.
 */
export function textValueSql(text: string, type: FieldType): TextValueSql {
  switch (type.kind) {
    case "string":
      return { value: text, fits: "true" };
    case "integer":
    case "date": {
      const value = `TRY_CAST(${text} AS ${columnType(type)})`;
      return { value, fits: `CAST(${value} AS VARCHAR) IS NOT DISTINCT FROM ${text}` };
    }
    case "number": {
      const value = `TRY_CAST(${text} AS DOUBLE)`;
      const short = `strlen(${text}) <= ${EXACT_NUMBER_BYTES} AND regexp_full_match(${text}, '${NUMBER}') AND isfinite(${value})`;
      return { value, fits: `(${text} IS NULL OR coalesce(${short} OR CAST(${value} AS VARCHAR) = ${text}, false))` };
    }
    case "decimal": {
      const value = `TRY_CAST(${text} AS ${columnType(type)})`;
      const digits = `-?[0-9]+(?:\\.[0-9]{0,${type.scale}}0*)?`;
      return { value, fits: `(${text} IS NULL OR coalesce(${value} IS NOT NULL AND regexp_full_match(${text}, '${digits}'), false))` };
    }
    case "boolean": {
      const value = `CASE WHEN ${text} IN ('true', 'True', 'TRUE') THEN true WHEN ${text} IN ('false', 'False', 'FALSE') THEN false END`;
      return { value: `(${value})`, fits: `(${text} IS NULL OR ${text} IN ('true', 'True', 'TRUE', 'false', 'False', 'FALSE'))` };
    }
    case "timestamp": {
      const value = `TRY_CAST(${text} AS ${columnType(type)})`;
      const form = type.zone ? `${LOCAL} ?${OFFSET}` : LOCAL;
      return {
        value,
        fits: `(${text} IS NULL OR coalesce(CAST(${value} AS VARCHAR) = ${text} OR (${value} IS NOT NULL AND regexp_full_match(${text}, '${form}')), false))`,
      };
    }
    case "binary":
      return nullable(`TRY(from_base64(${text}))`, text);
    case "json":
      return nullable(`TRY_CAST(${text} AS JSON)`, text);
    case "list":
    case "struct":
      return nullable(`TRY(${jsonValueSql(`CAST(${text} AS JSON)`, type)})`, text);
  }
}

function nullable(value: string, text: string): TextValueSql {
  return { value, fits: `((${value}) IS NOT NULL OR ${text} IS NULL)` };
}

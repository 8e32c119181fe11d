import { type FieldType, sameFieldType } from "@dativo/protocol";
import type { RejectionReason } from "../pack/rejection.js";
import { columnType, quoteIdentifier, quoteLiteral } from "./sql.js";

/** SQL that turns values of one type into another, where nothing is lost. */
export interface LosslessCast {
  /** The value, of a value that is not null; whatever it yields where `holds` is not true is not used. */
  value(expression: string): string;
  /** Whether a value that is not null can be converted; absent when every one can. */
  holds?(expression: string): string;
  /** Why a value that cannot be converted is rejected. */
  readonly reason: RejectionReason;
}

const SAFE = "9007199254740991";
const INTEGER_TEXT = "0|-?[1-9][0-9]{0,18}";
const NUMBER_TEXT = "-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]{1,3})?";
const DECIMAL_TEXT = "-?[0-9]+([.][0-9]+)?";
const SCIENTIFIC_TEXT = "-?[0-9]+([.][0-9]+)?[eE][+-]?[0-9]{1,2}";
const DATE_TEXT = "[0-9]{4}-[0-9]{2}-[0-9]{2}";
const CLOCK_TEXT = "[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6}0*)?)?";
const OFFSET_TEXT = "([Zz]|[+-][0-9]{2}(:[0-9]{2})?)";

/** Finds the cast between two types, by the rules by which rows are packed; undefined when there is none. */
export function losslessCast(from: FieldType, to: FieldType): LosslessCast | undefined {
  if (sameFieldType(from, to)) return { value: (x) => x, reason: "type" };
  switch (to.kind) {
    case "string":
      return toText(from);
    case "integer":
      return toInteger(from);
    case "number":
      return toNumber(from);
    case "decimal":
      return toDecimal(from, to.precision, to.scale);
    case "boolean":
      return toBoolean(from);
    case "date":
      return toDate(from);
    case "timestamp":
      return toTimestamp(from, to.zone);
    case "binary":
      return from.kind === "string" ? base64ToBinary : undefined;
    case "json":
      return toJson(from);
    case "list":
      return from.kind === "list" ? listCast(from.item, to.item) : undefined;
    case "struct":
      return from.kind === "struct" ? structCast(from, to) : undefined;
  }
}

function toText(from: FieldType): LosslessCast | undefined {
  switch (from.kind) {
    case "integer":
    case "decimal":
    case "boolean":
    case "date":
      return { value: (x) => `CAST(${x} AS VARCHAR)`, reason: "type" };
    case "number":
      return { value: doubleText, reason: "type" };
    case "timestamp":
      return {
        value: (x) => `strftime(${x}, '%Y-%m-%dT%H:%M:%S.%f${from.zone ? "Z" : ""}')`,
        holds: (x) => `isfinite(${x})`,
        reason: "range",
      };
    // A JSON file whose column holds 300 beside "Jaws" is read as json; numbers keep the text they were written with.
    case "json":
      return {
        value: (x) => `CASE json_type(${x}) WHEN 'VARCHAR' THEN ${x} ->> '$' ELSE CAST(${x} AS VARCHAR) END`,
        holds: (x) => `json_type(${x}) NOT IN ('OBJECT', 'ARRAY', 'NULL')`,
        reason: "type",
      };
    default:
      return undefined;
  }
}

/** Text of a double as JavaScript writes it, which has no point in whole numbers. */
function doubleText(x: string): string {
  const infinite = `WHEN isinf(${x}) THEN CASE WHEN ${x} > 0 THEN 'Infinity' ELSE '-Infinity' END`;
  return `CASE WHEN isnan(${x}) THEN 'NaN' ${infinite} ELSE regexp_replace(CAST(${x} AS VARCHAR), '[.]0$', '') END`;
}

/** Number of significant digits of a number's text, leading zeros aside. */
function digits(x: string): string {
  return `length(ltrim(replace(replace(regexp_replace(${x}, '[eE].*', ''), '.', ''), '-', ''), '0'))`;
}

function toInteger(from: FieldType): LosslessCast | undefined {
  const value = (x: string) => `TRY_CAST(${x} AS BIGINT)`;
  switch (from.kind) {
    case "number":
      return {
        value,
        holds: (x) => `isfinite(${x}) AND trunc(${x}) = ${x} AND abs(${x}) <= ${SAFE}`,
        reason: "precision",
      };
    case "decimal":
      return {
        value,
        holds: (x) => `TRY_CAST(TRY_CAST(${x} AS BIGINT) AS ${columnType(from)}) = ${x}`,
        reason: "precision",
      };
    case "string":
      return {
        value,
        holds: (x) => `${matches(x, INTEGER_TEXT)} AND ${value(x)} IS NOT NULL`,
        reason: "format",
      };
    default:
      return undefined;
  }
}

function toNumber(from: FieldType): LosslessCast | undefined {
  const value = (x: string) => `TRY_CAST(${x} AS DOUBLE)`;
  switch (from.kind) {
    case "integer":
      return { value, holds: (x) => `TRY_CAST(${value(x)} AS HUGEINT) = ${x}`, reason: "precision" };
    case "decimal":
      return {
        value,
        holds: (x) => `TRY_CAST(${value(x)} AS ${columnType(from)}) = ${x}`,
        reason: "precision",
      };
    case "string": {
      // Up to fifteen significant digits survive a double; longer text must be written just as the double would be.
      const exact = (x: string) => `(${digits(x)} <= 15 OR CAST(${value(x)} AS VARCHAR) = ${x})`;
      return {
        value,
        holds: (x) => `${matches(x, NUMBER_TEXT)} AND isfinite(${value(x)}) AND ${exact(x)}`,
        reason: "format",
      };
    }
    default:
      return undefined;
  }
}

function toDecimal(from: FieldType, precision: number, scale: number): LosslessCast | undefined {
  const type = `DECIMAL(${precision},${scale})`;
  const value = (x: string) => `TRY_CAST(${x} AS ${type})`;
  switch (from.kind) {
    case "integer":
      return { value, holds: (x) => `${value(x)} IS NOT NULL`, reason: "range" };
    case "decimal":
      return {
        value,
        holds: (x) => `TRY_CAST(${value(x)} AS ${columnType(from)}) = ${x}`,
        reason: "precision",
      };
    case "number": {
      const fromText = (x: string) => `TRY_CAST(CAST(${x} AS VARCHAR) AS ${type})`;
      return {
        value: fromText,
        holds: (x) => `TRY_CAST(${fromText(x)} AS DOUBLE) = ${x}`,
        reason: "precision",
      };
    }
    case "string": {
      const fraction = (x: string) => `length(rtrim(split_part(${x}, '.', 2), '0'))`;
      const plain = (x: string) =>
        `${matches(x, DECIMAL_TEXT)} AND ${fraction(x)} <= ${scale} AND ${value(x)} IS NOT NULL`;
      const asDouble = (x: string) => `TRY_CAST(${value(x)} AS DOUBLE) = TRY_CAST(${x} AS DOUBLE)`;
      const scientific = (x: string) =>
        `${matches(x, SCIENTIFIC_TEXT)} AND ${digits(x)} <= 15 AND ${asDouble(x)}`;
      return { value, holds: (x) => `((${plain(x)}) OR (${scientific(x)}))`, reason: "format" };
    }
    default:
      return undefined;
  }
}

function toBoolean(from: FieldType): LosslessCast | undefined {
  if (from.kind === "string")
    return { value: (x) => `${x} = 'true'`, holds: (x) => `${x} IN ('true', 'false')`, reason: "format" };
  if (from.kind !== "integer" && from.kind !== "number") return undefined;
  return { value: (x) => `${x} = 1`, holds: (x) => `${x} IN (0, 1)`, reason: "range" };
}

function toDate(from: FieldType): LosslessCast | undefined {
  const value = (x: string) => `TRY_CAST(${x} AS DATE)`;
  if (from.kind === "timestamp")
    return { value, holds: (x) => `isfinite(${x}) AND date_trunc('day', ${x}) = ${x}`, reason: "precision" };
  if (from.kind !== "string") return undefined;
  return { value, holds: (x) => `${matches(x, DATE_TEXT)} AND ${value(x)} IS NOT NULL`, reason: "format" };
}

function toTimestamp(from: FieldType, zone: boolean): LosslessCast | undefined {
  const type = columnType({ kind: "timestamp", zone });
  const value = (x: string) => `TRY_CAST(${x} AS ${type})`;
  if (from.kind === "date" && !zone)
    return { value, holds: (x) => `${value(x)} IS NOT NULL`, reason: "range" };
  if (from.kind !== "string") return undefined;
  const form = `${DATE_TEXT}${CLOCK_TEXT}${zone ? OFFSET_TEXT : ""}`;
  return { value, holds: (x) => `${matches(x, form)} AND ${value(x)} IS NOT NULL`, reason: "format" };
}

const base64ToBinary: LosslessCast = {
  value: (x) => `TRY(from_base64(${x}))`,
  holds: (x) => `to_base64(TRY(from_base64(${x}))) = ${x}`,
  reason: "format",
};

function toJson(from: FieldType): LosslessCast {
  switch (from.kind) {
    case "integer":
    case "decimal":
    case "boolean":
      return { value: (x) => `CAST(CAST(${x} AS VARCHAR) AS JSON)`, reason: "type" };
    case "number":
      return { value: (x) => `to_json(${x})`, holds: (x) => `isfinite(${x})`, reason: "type" };
    case "binary":
      return { value: (x) => `to_json(to_base64(${x}))`, reason: "type" };
    case "list":
    case "struct":
      return { value: (x) => `to_json(${x})`, holds: isJson, reason: "type" };
    default:
      return { value: (x) => `to_json(${x})`, reason: "type" };
  }
}

/**
 * Whether `to_json` yields JSON: DuckDB writes NaN and infinities as bare words, and takes them for valid.
 * Texts are taken out before looking for the words.
 */
export function isJson(x: string): string {
  const withoutTexts = `regexp_replace(CAST(to_json(${x}) AS VARCHAR), '"([^"\\\\]|\\\\.)*"', '', 'g')`;
  return `NOT regexp_matches(${withoutTexts}, 'NaN|Infinity')`;
}

let variables = 0;

function listCast(from: FieldType, to: FieldType): LosslessCast | undefined {
  const item = losslessCast(from, to);
  if (item === undefined) return undefined;
  const name = `item_${variables++}`;
  const { holds } = item;
  return {
    value: (x) => `list_transform(${x}, lambda ${name}: ${item.value(name)})`,
    reason: item.reason,
    ...(holds && {
      holds: (x) =>
        `len(list_filter(${x}, lambda ${name}: ${name} IS NOT NULL AND NOT ${certain(holds(name))})) = 0`,
    }),
  };
}

function structCast(
  from: FieldType & { kind: "struct" },
  to: FieldType & { kind: "struct" },
): LosslessCast | undefined {
  if (from.fields.some((field) => !to.fields.some((member) => member.name === field.name))) return undefined;
  const values: ((x: string) => string)[] = [];
  const checks: ((x: string) => string)[] = [];
  let reason: RejectionReason = "type";
  for (const member of to.fields) {
    const name = quoteIdentifier(member.name);
    const source = from.fields.find((field) => field.name === member.name);
    if (source === undefined) {
      if (member.required) return undefined;
      values.push(() => `${name} := CAST(NULL AS ${columnType(member.type)})`);
      continue;
    }
    const cast = losslessCast(source.type, member.type);
    if (cast === undefined) return undefined;
    const read = (x: string) => `struct_extract(${x}, ${quoteLiteral(member.name)})`;
    values.push((x) => `${name} := ${cast.value(read(x))}`);
    const { holds } = cast;
    if (holds !== undefined) {
      reason = cast.reason;
      checks.push((x) => `(${read(x)} IS NULL OR ${certain(holds(read(x)))})`);
    }
    if (member.required && !source.required) {
      reason = "required";
      checks.push((x) => `${read(x)} IS NOT NULL`);
    }
  }
  return {
    value: (x) =>
      `CASE WHEN ${x} IS NOT NULL THEN struct_pack(${values.map((value) => value(x)).join(", ")}) END`,
    reason,
    ...(checks.length > 0 && { holds: (x) => checks.map((check) => check(x)).join(" AND ") }),
  };
}

/** A condition that is false where it would be null. */
export function certain(condition: string): string {
  return `coalesce(${condition}, false)`;
}

function matches(expression: string, pattern: string): string {
  return `regexp_full_match(${expression}, '${pattern}')`;
}

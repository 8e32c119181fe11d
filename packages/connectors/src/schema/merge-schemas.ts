import type { Field, FieldType, TableSchema } from "@dativo/sdk";
import { sameFieldType } from "./field-types.js";

const STRING: FieldType = { kind: "string" };
const JSON_TYPE: FieldType = { kind: "json" };

/**
 * The columns of several files together, in the order in which they first appear; a column whose type differs
 * between files gets one that holds the values of both.
 */
export function mergeSchemas(schemas: readonly TableSchema[]): TableSchema {
  const fields = new Map<string, Field>();
  for (const schema of schemas) {
    for (const field of schema.fields) {
      const known = fields.get(field.name);
      if (known === undefined) fields.set(field.name, field);
      else if (!sameFieldType(known.type, field.type))
        fields.set(field.name, { ...known, type: widerType(known.type, field.type) });
    }
  }
  return { fields: [...fields.values()] };
}

/**
 * The narrowest type that holds the values of both without loss.
 *
 * @example
 * widerType({ kind: "integer" }, { kind: "string" }) // { kind: "string" }
 */
export function widerType(left: FieldType, right: FieldType): FieldType {
  if (sameFieldType(left, right)) return left;
  const kinds = new Set([left.kind, right.kind]);
  if (isNested(left) || isNested(right)) return JSON_TYPE;
  if (kinds.has("integer") && kinds.has("number")) return { kind: "number" };
  if (kinds.has("integer") && kinds.has("decimal"))
    return widerDecimal({ kind: "decimal", precision: 19, scale: 0 }, left.kind === "decimal" ? left : right);
  if (left.kind === "decimal" && right.kind === "decimal") return widerDecimal(left, right);
  if (kinds.has("date") && (isLocal(left) || isLocal(right))) return { kind: "timestamp", zone: false };
  return STRING;
}

function isNested(type: FieldType): boolean {
  return type.kind === "json" || type.kind === "list" || type.kind === "struct";
}

function isLocal(type: FieldType): boolean {
  return type.kind === "timestamp" && !type.zone;
}

function widerDecimal(left: FieldType, right: FieldType): FieldType {
  if (left.kind !== "decimal" || right.kind !== "decimal") return STRING;
  const scale = Math.max(left.scale, right.scale);
  const precision = Math.max(left.precision - left.scale, right.precision - right.scale) + scale;
  return precision > 38 ? STRING : { kind: "decimal", precision, scale };
}

import type { TableSchema } from "@dativo/sdk";
import { sameFieldType } from "./field-types.js";

/** Says whether two schemas have the same columns in the same order. */
export function sameColumns(left: TableSchema, right: TableSchema): boolean {
  return (
    left === right ||
    (left.fields.length === right.fields.length &&
      left.fields.every((field, index) => {
        const other = right.fields[index];
        return other !== undefined && other.name === field.name && sameFieldType(other.type, field.type);
      }))
  );
}

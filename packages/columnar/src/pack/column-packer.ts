import type { Column, FieldType } from "@dativo/protocol";
import { packBinary } from "./pack-binary.js";
import { packBooleans } from "./pack-booleans.js";
import { packDates } from "./pack-dates.js";
import { packDecimals } from "./pack-decimals.js";
import { packJson } from "./pack-json.js";
import { listPacker, structPacker } from "./pack-nested.js";
import { packIntegers, packNumbers, splitNumbers } from "./pack-numbers.js";
import type { Scope } from "./pack-run.js";
import { packStrings } from "./pack-strings.js";
import { packTimestamps } from "./pack-timestamps.js";

/** Packs the first `length` values of an array; what cannot be packed is rejected through the scope. */
export type ColumnPacker = (values: readonly unknown[], length: number, scope: Scope) => Column;

/** Chooses the packer of a field type. */
export function compileColumnPacker(type: FieldType): ColumnPacker {
  switch (type.kind) {
    case "string":
      return packStrings;
    case "integer":
      return (values, length, scope) =>
        packIntegers(splitNumbers(values, length), (index) => values[index], scope);
    case "number":
      return (values, length, scope) =>
        packNumbers(splitNumbers(values, length), (index) => values[index], scope);
    case "decimal":
      return (values, length, scope) => packDecimals(values, length, scope, type.precision, type.scale);
    case "boolean":
      return packBooleans;
    case "date":
      return packDates;
    case "timestamp":
      return (values, length, scope) => packTimestamps(values, length, scope, type.zone);
    case "binary":
      return packBinary;
    case "json":
      return packJson;
    case "list":
      return listPacker(type.item, compileColumnPacker(type.item));
    case "struct":
      return structPacker(
        type.fields,
        type.fields.map((field) => compileColumnPacker(field.type)),
      );
  }
}

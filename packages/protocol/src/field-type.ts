/**
 * The types a field can have, one shape for every language.
 *
 * - `integer` is a signed 64-bit integer; `number` an IEEE 754 double.
 * - `timestamp` counts microseconds since the epoch; with `zone: true` it is an instant (UTC),
 *   with `zone: false` a wall-clock reading that no zone may be applied to.
 * - `date` counts days since the epoch. `json` is JSON text of any shape. `binary` is bytes.
 */
export type FieldType =
  | { readonly kind: "string" }
  | { readonly kind: "integer" }
  | { readonly kind: "number" }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "boolean" }
  | { readonly kind: "date" }
  | { readonly kind: "timestamp"; readonly zone: boolean }
  | { readonly kind: "binary" }
  | { readonly kind: "json" }
  | { readonly kind: "list"; readonly item: FieldType }
  | { readonly kind: "struct"; readonly fields: readonly Field[] };

/** The name of a kind of field type, without its parameters. */
export type FieldKind = FieldType["kind"];

/** One column of a table, or one member of a struct. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  /** A required field is never null and never missing. @default false */
  readonly required?: boolean;
  readonly description?: string;
  /** Data classification of the asset definition, such as `PII`; carried along, not interpreted. */
  readonly classification?: string;
}

/** The columns of one object, and the columns that identify a record. */
export interface TableSchema {
  readonly fields: readonly Field[];
  /** Names of the fields that identify a record; what `merge` joins on. */
  readonly key?: readonly string[];
}

/** Largest number of digits a decimal can have. */
export const MAX_DECIMAL_PRECISION = 38;

/** Says whether two field types are the same, parameters and members included. */
export function sameFieldType(left: FieldType, right: FieldType): boolean {
  if (left.kind === "decimal" && right.kind === "decimal")
    return left.precision === right.precision && left.scale === right.scale;
  if (left.kind === "timestamp" && right.kind === "timestamp") return left.zone === right.zone;
  if (left.kind === "list" && right.kind === "list") return sameFieldType(left.item, right.item);
  if (left.kind === "struct" && right.kind === "struct")
    return (
      left.fields.length === right.fields.length &&
      left.fields.every((field, index) => {
        const other = right.fields[index];
        return (
          other !== undefined &&
          field.name === other.name &&
          (field.required ?? false) === (other.required ?? false) &&
          sameFieldType(field.type, other.type)
        );
      })
    );
  return left.kind === right.kind;
}

import type { Field, FieldType, TableSchema } from "@dativo/protocol";
import { type ArrowField, EXTENSION_METADATA, EXTENSION_NAME, JSON_EXTENSION } from "./arrow-field.js";

const DESCRIPTION = "dativo:description";
const CLASSIFICATION = "dativo:classification";
const KEY = "dativo:key";

/** Describes a field the way Arrow does. */
export function arrowFieldOf(field: Field): ArrowField {
  return {
    name: field.name,
    format: arrowFormat(field.type),
    nullable: !field.required,
    metadata: fieldMetadata(field),
    children: childFields(field.type).map(arrowFieldOf),
  };
}

/** The format string by which the Arrow C Data Interface names a field type's layout. */
export function arrowFormat(type: FieldType): string {
  switch (type.kind) {
    case "string":
    case "json":
      return "u";
    case "integer":
      return "l";
    case "number":
      return "g";
    case "decimal":
      return `d:${type.precision},${type.scale}`;
    case "boolean":
      return "b";
    case "date":
      return "tdD";
    case "timestamp":
      return type.zone ? "tsu:UTC" : "tsu:";
    case "binary":
      return "z";
    case "list":
      return "+l";
    case "struct":
      return "+s";
  }
}

/** The fields below a nested type. */
export function childFields(type: FieldType): readonly Field[] {
  if (type.kind === "list") return [{ name: "item", type: type.item }];
  return type.kind === "struct" ? type.fields : [];
}

/** What a field says beyond its Arrow type. */
function fieldMetadata(field: Field): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  if (field.type.kind === "json") metadata.set(EXTENSION_NAME, JSON_EXTENSION).set(EXTENSION_METADATA, "");
  if (field.description !== undefined) metadata.set(DESCRIPTION, field.description);
  if (field.classification !== undefined) metadata.set(CLASSIFICATION, field.classification);
  return metadata;
}

/** What a schema says beyond its fields. */
export function schemaMetadata(schema: TableSchema): ReadonlyMap<string, string> {
  return schema.key === undefined ? new Map() : new Map([[KEY, JSON.stringify(schema.key)]]);
}

/** Reads back what `fieldMetadata` wrote. */
export function readFieldMetadata(
  metadata: ReadonlyMap<string, string>,
): Pick<Field, "description" | "classification"> {
  const description = metadata.get(DESCRIPTION);
  const classification = metadata.get(CLASSIFICATION);
  return {
    ...(description === undefined ? {} : { description }),
    ...(classification === undefined ? {} : { classification }),
  };
}

/** Reads back what `schemaMetadata` wrote. */
export function readSchemaMetadata(metadata: ReadonlyMap<string, string>): Pick<TableSchema, "key"> {
  const key = metadata.get(KEY);
  return key === undefined ? {} : { key: JSON.parse(key) as string[] };
}

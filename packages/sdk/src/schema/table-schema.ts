import type { Field, TableSchema } from "@dativo/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { jsonSchemaOf } from "../config/config-schema.js";
import { jsonSchemaFields } from "./json-schema-fields.js";
import { zodFields } from "./zod-fields.js";
import { isZodNode } from "./zod-introspection.js";

/**
 * The columns of an object: those stated as `fields`, or else those its row schema describes.
 *
 * A zod object is read directly; another Standard Schema through its JSON Schema, where it offers one.
 * The schema is not run over rows: it is where the columns and the row's type come from.
 *
 * @example
 * tableSchemaOf({ schema: z.object({ id: z.string() }), key: ["id"] }) // { fields: [{ name: "id", … }], key: ["id"] }
 */
export function tableSchemaOf(object: {
  readonly schema?: StandardSchemaV1 | undefined;
  readonly fields?: readonly Field[] | undefined;
  readonly key?: readonly string[] | undefined;
}): TableSchema | undefined {
  const fields = object.fields ?? describedFields(object.schema);
  if (fields === undefined) return undefined;
  return object.key === undefined || object.key.length === 0 ? { fields } : { fields, key: object.key };
}

function describedFields(schema: StandardSchemaV1 | undefined): readonly Field[] | undefined {
  if (schema === undefined) return undefined;
  if (isZodNode(schema)) return zodFields(schema);
  const described = jsonSchemaOf(schema);
  return described === undefined ? undefined : jsonSchemaFields(described);
}

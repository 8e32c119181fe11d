import { formatFieldType, parseFieldType, type TableSchema } from "@dativo/protocol";
import { z } from "zod";

/** A table schema as it is stored: types as text, keys in snake_case. */
export const storedSchemaSchema = z.object({
  fields: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      required: z.boolean().optional(),
      description: z.string().optional(),
      classification: z.string().optional(),
    }),
  ),
  key: z.array(z.string()).optional(),
});

/** A table schema as it is stored. */
export type StoredSchema = z.infer<typeof storedSchemaSchema>;

/** Writes a table schema for a file. */
export function storeSchema(schema: TableSchema): StoredSchema {
  return {
    fields: schema.fields.map(({ type, ...field }) => ({ ...field, type: formatFieldType(type) })),
    ...(schema.key === undefined ? {} : { key: [...schema.key] }),
  };
}

/**
 * Reads a table schema from a file; the inverse of `storeSchema`.
 *
 * @throws DativoError `CONFIG_INVALID` naming the type
 */
export function restoreSchema(stored: StoredSchema): TableSchema {
  return {
    fields: stored.fields.map(({ name, type, required, description, classification }) => ({
      name,
      type: parseFieldType(type),
      ...(required === undefined ? {} : { required }),
      ...(description === undefined ? {} : { description }),
      ...(classification === undefined ? {} : { classification }),
    })),
    ...(stored.key === undefined ? {} : { key: stored.key }),
  };
}

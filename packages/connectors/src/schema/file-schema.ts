import type { Field, TableSchema } from "@dativo/sdk";
import { sameFieldType } from "./field-types.js";
import { widerType } from "./merge-schemas.js";

/**
 * The columns that a file is read as: those of its object, wider where the file needs it, and those that only the
 * file has. What differs from the object's schema is then up to the validation of the job.
 */
export function schemaForFile(object: TableSchema, file: TableSchema): TableSchema {
  const own = new Map(file.fields.map((field) => [field.name, field]));
  const fields = object.fields.map((field): Field => {
    const inFile = own.get(field.name);
    own.delete(field.name);
    if (inFile === undefined || sameFieldType(inFile.type, field.type)) return field;
    return { ...field, type: widerType(field.type, inFile.type) };
  });
  return { fields: [...fields, ...own.values()] };
}

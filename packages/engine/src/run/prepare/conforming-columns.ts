import { type FieldType, JSON_KIND, type JsonColumn, type TableSchema } from "@dativo/protocol";

/**
 * Says whether records conform to a schema as they are: every field is there and nothing else, and each value is of the
 * kind that its field asks for, in the form in which it would be written again.
 */
export function conform(columns: readonly JsonColumn[], schema: TableSchema): boolean {
  if (columns.length !== schema.fields.length) return false;
  const kinds = new Map(columns.map((column) => [column.name, column.kinds]));
  return schema.fields.every(({ name, type, required }) => {
    const allowed = kindsOf(type) | (required === true ? 0 : JSON_KIND.null);
    const found = kinds.get(name);
    return found !== undefined && (found & ~allowed) === 0;
  });
}

/** The kinds of values that stay as they are in a field of a type; none for the types whose values have many forms. */
function kindsOf(type: FieldType): number {
  switch (type.kind) {
    case "string":
      return JSON_KIND.text | JSON_KIND.date | JSON_KIND.timestamp | JSON_KIND.zonedTimestamp;
    case "integer":
      return JSON_KIND.integer | JSON_KIND.longInteger;
    case "number":
      return JSON_KIND.integer | JSON_KIND.number;
    case "boolean":
      return JSON_KIND.boolean;
    case "date":
      return JSON_KIND.date;
    case "timestamp":
      return type.zone ? JSON_KIND.zonedTimestamp : JSON_KIND.timestamp;
    default:
      return 0;
  }
}

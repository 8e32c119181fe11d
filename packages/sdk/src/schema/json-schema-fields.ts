import type { Field, FieldType, Json, JsonObject } from "@dativo/protocol";

/** The columns that a JSON Schema of an object describes, or undefined when it describes none. */
export function jsonSchemaFields(schema: JsonObject): readonly Field[] | undefined {
  const members = schema.properties;
  if (typeof members !== "object" || members === null || Array.isArray(members)) return undefined;
  const required = Array.isArray(schema.required) ? schema.required : [];
  return Object.entries(members as JsonObject).map(([name, member]) => {
    const { type, nullable } = typeOf(member);
    const description = isObject(member) ? member.description : undefined;
    return {
      name,
      type,
      ...(required.includes(name) && !nullable ? { required: true } : {}),
      ...(typeof description === "string" ? { description } : {}),
    };
  });
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeOf(schema: Json | undefined): { readonly type: FieldType; readonly nullable: boolean } {
  if (!isObject(schema)) return { type: { kind: "json" }, nullable: true };
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) {
    const present = branches.filter((branch) => !isObject(branch) || branch.type !== "null");
    const nullable = present.length < branches.length;
    const types = present.map((branch) => typeOf(branch));
    const [first] = types;
    if (first !== undefined && types.length === 1)
      return { type: first.type, nullable: nullable || first.nullable };
    const text = types.length > 0 && types.every(({ type }) => type.kind === "string");
    return {
      type: { kind: text ? "string" : "json" },
      nullable: nullable || types.some((type) => type.nullable),
    };
  }
  const names = (Array.isArray(schema.type) ? schema.type : [schema.type]).filter(
    (name) => name !== undefined,
  );
  const present = names.filter((name) => name !== "null");
  return {
    type: present.length === 1 ? plainType(String(present[0]), schema) : { kind: "json" },
    nullable: present.length < names.length || names.length === 0,
  };
}

function plainType(name: string, schema: JsonObject): FieldType {
  switch (name) {
    case "string":
      if (schema.format === "date-time") return { kind: "timestamp", zone: true };
      return { kind: schema.format === "date" ? "date" : "string" };
    case "integer":
      return { kind: "integer" };
    case "number":
      return { kind: "number" };
    case "boolean":
      return { kind: "boolean" };
    case "array":
      return { kind: "list", item: typeOf(schema.items).type };
    case "object": {
      const fields = jsonSchemaFields(schema);
      return fields === undefined || fields.length === 0 || isObject(schema.additionalProperties)
        ? { kind: "json" }
        : { kind: "struct", fields };
    }
    default:
      return { kind: "json" };
  }
}

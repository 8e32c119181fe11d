import { type Field, type FieldType, parseFieldType } from "@dativo/protocol";
import { type ZodDef, type ZodNode, zodMeta } from "./zod-introspection.js";

/** Wrappers after which a value may be missing or null. */
const OPTIONAL_WRAPPERS = new Set(["optional", "nullable", "default", "prefault", "exactOptional"]);
/** Wrappers that leave the type of the value as it is. */
const PLAIN_WRAPPERS = new Set(["nonoptional", "readonly", "catch", "success", "promise"]);

const JSON_TYPE: FieldType = { kind: "json" };
const STRING_TYPE: FieldType = { kind: "string" };

/** The columns that a zod object describes, or undefined when the schema is not an object. */
export function zodFields(schema: ZodNode): readonly Field[] | undefined {
  const { node } = unwrap(schema);
  const { type, shape } = node._zod.def;
  if (type !== "object" || shape === undefined) return undefined;
  return Object.entries(shape).map(([name, member]) => fieldOf(name, member));
}

function fieldOf(name: string, schema: ZodNode): Field {
  const { node, required, meta } = unwrap(schema);
  const type = typeof meta.dativo === "string" ? parseFieldType(meta.dativo) : typeOf(node);
  return {
    name,
    type,
    ...(required ? { required } : {}),
    ...(typeof meta.description === "string" ? { description: meta.description } : {}),
  };
}

interface Unwrapped {
  readonly node: ZodNode;
  readonly required: boolean;
  /** Metadata of the schema and all its wrappers, the outermost winning. */
  readonly meta: Readonly<Record<string, unknown>>;
}

function unwrap(schema: ZodNode): Unwrapped {
  let node = schema;
  let required = true;
  let meta = zodMeta(node);
  for (;;) {
    const { type, innerType, in: input, out } = node._zod.def;
    // A lazy schema may contain itself, so it is stored as JSON.
    if (type === "lazy") return { node: LAZY, required: false, meta };
    const inner =
      OPTIONAL_WRAPPERS.has(type) || PLAIN_WRAPPERS.has(type)
        ? innerType
        : type === "pipe"
          ? // Rows are what goes into the schema, so a pipe has the type of its input; a preprocess has none.
            input?._zod.def.type === "transform"
            ? out
            : input
          : undefined;
    if (inner === undefined) return { node, required: required && !acceptsNothing(node._zod.def), meta };
    if (OPTIONAL_WRAPPERS.has(type)) required = false;
    node = inner;
    meta = { ...zodMeta(node), ...meta };
  }
}

const LAZY: ZodNode = { _zod: { def: { type: "unknown" } } };

function acceptsNothing(def: ZodDef): boolean {
  if (["null", "undefined", "void", "any", "unknown"].includes(def.type)) return true;
  if (def.type === "literal")
    return (def.values ?? []).some((value) => value === null || value === undefined);
  if (def.type === "custom") return passes(def.fn, null);
  if (def.type === "union") return (def.options ?? []).some((option) => !unwrap(option).required);
  return false;
}

function typeOf(node: ZodNode): FieldType {
  const { def } = node._zod;
  switch (def.type) {
    case "string":
      return stringType(def);
    case "template_literal":
      return STRING_TYPE;
    case "number":
      return isWhole(def) ? { kind: "integer" } : { kind: "number" };
    case "int":
    case "bigint":
      return { kind: "integer" };
    case "boolean":
      return { kind: "boolean" };
    case "date":
      return { kind: "timestamp", zone: true };
    case "enum":
      return literalType(Object.values(def.entries ?? {}));
    case "literal":
      return literalType(def.values ?? []);
    case "union":
      return unionType(def.options ?? []);
    case "array":
      return def.element === undefined ? JSON_TYPE : { kind: "list", item: itemType(def.element) };
    case "object":
      return objectType(def);
    case "custom":
      return isBinaryCheck(def.fn) ? { kind: "binary" } : JSON_TYPE;
    default:
      return JSON_TYPE;
  }
}

function itemType(element: ZodNode): FieldType {
  return fieldOf("item", element).type;
}

function objectType(def: ZodDef): FieldType {
  const open = def.catchall !== undefined && def.catchall._zod.def.type !== "never";
  const members = Object.entries(def.shape ?? {});
  if (open || members.length === 0) return JSON_TYPE; // members that are not declared would be lost in a struct
  return { kind: "struct", fields: members.map(([name, member]) => fieldOf(name, member)) };
}

function stringType(def: ZodDef): FieldType {
  const formats = [def, ...(def.checks ?? []).map((check) => check._zod.def)];
  for (const { format, local } of formats) {
    if (format === "datetime") return { kind: "timestamp", zone: local !== true };
    if (format === "date") return { kind: "date" };
  }
  return STRING_TYPE;
}

function isWhole(def: ZodDef): boolean {
  const formats = [def.format, ...(def.checks ?? []).map((check) => check._zod.def.format)];
  return formats.some((format) => format === "safeint" || format === "int32" || format === "uint32");
}

function literalType(values: readonly unknown[]): FieldType {
  const present = values.filter((value) => value !== null && value !== undefined);
  if (present.length > 0 && present.every((value) => typeof value === "string")) return STRING_TYPE;
  if (present.length > 0 && present.every((value) => typeof value === "boolean")) return { kind: "boolean" };
  if (
    present.length > 0 &&
    present.every((value) => typeof value === "bigint" || Number.isSafeInteger(value))
  )
    return { kind: "integer" };
  return JSON_TYPE;
}

/** A union is a string when every member is one; any other mix is stored as JSON. */
function unionType(options: readonly ZodNode[]): FieldType {
  const types = options
    .filter((option) => !["null", "undefined", "void"].includes(option._zod.def.type))
    .map(itemType);
  const [first] = types;
  if (first === undefined) return JSON_TYPE;
  if (types.length === 1) return first;
  return types.every((type) => type.kind === "string") ? STRING_TYPE : JSON_TYPE;
}

/** `z.instanceof(Uint8Array)` keeps its class nowhere that survives `.describe()`, so its check is tried out. */
function isBinaryCheck(check: ZodDef["fn"]): boolean {
  return passes(check, Buffer.alloc(0)) && !passes(check, {});
}

function passes(check: ZodDef["fn"], value: unknown): boolean {
  try {
    return check?.(value) === true;
  } catch {
    return false; // a check that expects something else may throw
  }
}

import {
  type AssetDefinition,
  type DiscoveredObject,
  isDativoError,
  type ObjectSpec,
  parseFieldType,
  type TableSchema,
} from "@dativo/protocol";
import type { SchemaOrigin } from "../run/prepare/object-schema.js";

/** Everything that may describe the columns of an object. */
export interface SchemaSources {
  readonly asset: AssetDefinition | undefined;
  readonly spec: ObjectSpec;
  readonly discovered: DiscoveredObject | undefined;
  /** Schema of the last commit. */
  readonly last: TableSchema | undefined;
}

/** A schema and where it comes from. */
export interface ChosenSchema {
  readonly schema: TableSchema | undefined;
  readonly origin: SchemaOrigin;
}

/** Chooses the schema of an object: the asset's, the reader's, the discovered one, or the one inferred so far. */
export function chooseSchema({ asset, spec, discovered, last }: SchemaSources): ChosenSchema {
  if (asset?.schema !== undefined && asset.schema.fields.length > 0)
    return { schema: withKey(asset.schema, spec.schema?.key ?? discovered?.key), origin: "asset" };
  if (spec.schema !== undefined && spec.schema.fields.length > 0)
    return { schema: withKey(spec.schema, discovered?.key), origin: "reader" };
  const columns = discoveredSchema(discovered);
  if (columns !== undefined) return { schema: columns, origin: "discovered" };
  if (last !== undefined && last.fields.length > 0) return { schema: last, origin: "state" };
  return { schema: undefined, origin: "inferred" };
}

function withKey(schema: TableSchema, key: readonly string[] | undefined): TableSchema {
  return schema.key !== undefined || key === undefined ? schema : { ...schema, key };
}

/** The columns a source told, or undefined when it told none or one of them has a type that nobody knows. */
function discoveredSchema(object: DiscoveredObject | undefined): TableSchema | undefined {
  if (object?.columns === undefined || object.columns.length === 0) return undefined;
  try {
    const fields = object.columns.map(({ name, type, required, description }) => ({
      name,
      type: parseFieldType(type),
      ...(required === undefined ? {} : { required }),
      ...(description === undefined ? {} : { description }),
    }));
    return object.key === undefined ? { fields } : { fields, key: object.key };
  } catch (error) {
    if (isDativoError(error)) return undefined;
    throw error;
  }
}

import { globalRegistry } from "zod";

/** As much of a zod 4 schema as is looked at here; zod and zod/mini, and any copy of them, agree on it. */
export interface ZodNode {
  readonly _zod: { readonly def: ZodDef };
}

/** The definition inside a zod 4 schema. */
export interface ZodDef {
  readonly type: string;
  readonly format?: string;
  readonly offset?: boolean;
  readonly local?: boolean;
  readonly checks?: readonly {
    readonly _zod: {
      readonly def: { readonly format?: string; readonly offset?: boolean; readonly local?: boolean };
    };
  }[];
  readonly shape?: Readonly<Record<string, ZodNode>>;
  readonly catchall?: ZodNode;
  readonly element?: ZodNode;
  readonly innerType?: ZodNode;
  readonly in?: ZodNode;
  readonly out?: ZodNode;
  readonly options?: readonly ZodNode[];
  readonly values?: readonly unknown[];
  readonly entries?: Readonly<Record<string, unknown>>;
  readonly fn?: (value: unknown) => unknown;
}

/** Says whether a schema is a zod 4 schema. */
export function isZodNode(schema: unknown): schema is ZodNode {
  return typeof schema === "object" && schema !== null && "_zod" in schema;
}

/** What was attached to a zod schema with `.meta()` or `.describe()`. */
export function zodMeta(node: ZodNode): Readonly<Record<string, unknown>> {
  return (globalRegistry.get(node as never) as Record<string, unknown> | undefined) ?? {};
}

/** Keys of a zod object that drops all others in silence; undefined for every other schema. */
export function zodShapeKeys(schema: unknown): readonly string[] | undefined {
  if (!isZodNode(schema)) return undefined;
  const { type, shape, catchall } = schema._zod.def;
  return type === "object" && shape !== undefined && catchall === undefined ? Object.keys(shape) : undefined;
}

import { z } from "zod";
import type { KeyPath } from "./key-path.js";

/** Keys that a definition knows in the mapping at a path. */
export function knownKeys(schema: z.ZodType, path: KeyPath): readonly string[] {
  return Object.keys(shapeAt(schema, path) ?? {});
}

function shapeAt(schema: z.ZodType, path: KeyPath): Readonly<Record<string, z.ZodType>> | undefined {
  const inner = unwrap(schema);
  const [part, ...rest] = path;
  if (inner instanceof z.ZodUnion) {
    for (const option of inner.options) {
      const found = shapeAt(option as z.ZodType, path);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (inner instanceof z.ZodArray && typeof part === "number")
    return shapeAt(inner.element as z.ZodType, rest);
  if (!(inner instanceof z.ZodObject)) return undefined;
  if (part === undefined) return inner.shape as Record<string, z.ZodType>;
  const next = (inner.shape as Record<string, z.ZodType>)[part];
  return next === undefined ? undefined : shapeAt(next, rest);
}

function unwrap(schema: z.ZodType): z.ZodType {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap() as z.ZodType) : schema;
}

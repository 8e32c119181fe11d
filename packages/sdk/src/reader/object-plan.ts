import { DativoError, type Json, type ObjectSpec, type TableSchema } from "@dativo/protocol";
import { type CursorOptions, cursorOptions } from "../cursor/cursor-options.js";
import { CursorTracker } from "../cursor/cursor-tracker.js";
import { tableSchemaOf } from "../schema/table-schema.js";
import { decodePosition } from "./position-state.js";
import type { DynamicObject } from "./reader-definition.js";

/** An object of a reader, with its columns worked out. */
export interface ObjectPlan {
  readonly spec: ObjectSpec;
  readonly kind: string;
  readonly definition: DynamicObject;
}

/** Where a read of an object starts. */
export interface ObjectStart {
  readonly tracker: CursorTracker | undefined;
  readonly position: unknown;
}

/**
 * Works out the columns of an object.
 *
 * @throws DativoError `PLUGIN_INVALID` when the definition contradicts itself
 */
export function planObject(name: string, definition: DynamicObject): ObjectPlan {
  const schema = tableSchemaOf(definition);
  const { cursor, description, position } = definition;
  if (cursor !== undefined && position !== undefined)
    throw invalid(
      name,
      "it has a cursor and a position; the cursor's position is computed, so declare only one of them",
    );
  checkKey(name, schema);
  return {
    definition,
    kind: definition.type ?? "object",
    spec: {
      name,
      incremental: cursor !== undefined || position !== undefined,
      ...(schema === undefined ? {} : { schema }),
      ...(cursor === undefined ? {} : { cursor }),
      ...(description === undefined ? {} : { description }),
    },
  };
}

/** Plans every object of a definition. */
export function planObjects(definitions: Readonly<Record<string, DynamicObject>>): Map<string, ObjectPlan> {
  return new Map(
    Object.entries(definitions).map(([name, definition]) => [name, planObject(name, definition)]),
  );
}

/**
 * Works out how the cursor of an object is followed; undefined when it has none.
 *
 * It is left until then for objects that a source lists, whose columns may be looked up only when they are read.
 *
 * @throws DativoError `PLUGIN_INVALID` when it cannot be followed
 */
export function cursorOf({ spec, definition }: ObjectPlan): CursorOptions | undefined {
  const { cursor } = definition;
  return cursor === undefined ? undefined : cursorOptions(spec.name, { ...definition, cursor }, spec.schema);
}

/** Takes up an object where its state left it. */
export async function startObject(plan: ObjectPlan, state: Json | undefined): Promise<ObjectStart> {
  const { spec, definition } = plan;
  const cursor = cursorOf(plan);
  if (cursor !== undefined) return { tracker: new CursorTracker(cursor, state), position: undefined };
  const schema = definition.position;
  return {
    tracker: undefined,
    position: schema === undefined ? undefined : await decodePosition(spec.name, schema, state),
  };
}

function checkKey(name: string, schema: TableSchema | undefined): void {
  const missing = schema?.key?.find((column) => !schema.fields.some((field) => field.name === column));
  if (missing !== undefined) throw invalid(name, `its key ${missing} is not among its columns`);
}

function invalid(object: string, what: string): DativoError {
  return new DativoError({
    code: "PLUGIN_INVALID",
    message: `The object ${object} is not defined correctly: ${what}.`,
    hint: "Correct the object in the plugin.",
    details: { object },
  });
}

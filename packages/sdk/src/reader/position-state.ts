import { DativoError, type Json } from "@dativo/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { wrongShape } from "../results/wire-results.js";

/** Version of the state that positions declared by an author are kept in. */
const POSITION_STATE_VERSION = 1;

/**
 * Writes a position into a state.
 *
 * @throws DativoError `PLUGIN_WRONG_SHAPE` when it is not a JSON value
 */
export function encodePosition(call: string, position: unknown): Json {
  return { version: POSITION_STATE_VERSION, position: toJson(call, position) };
}

/**
 * A position as JSON keeps it.
 *
 * @throws DativoError `PLUGIN_WRONG_SHAPE` when it is not a JSON value
 */
export function toJson(call: string, position: unknown): Json {
  try {
    const text = JSON.stringify(position);
    if (text !== undefined) return JSON.parse(text) as Json;
  } catch {
    // a bigint or a circular reference; reported below
  }
  throw wrongShape(call, "positions that are JSON values", position);
}

/**
 * Reads the position of a state, and checks it against the schema the object declares.
 *
 * @throws DativoError `POSITION_INVALID`, `STATE_VERSION_NEWER`
 */
export async function decodePosition(
  object: string,
  schema: StandardSchemaV1,
  state: Json | undefined,
): Promise<unknown> {
  if (state === undefined || state === null) return undefined;
  if (typeof state !== "object" || !("version" in state) || !("position" in state))
    throw invalid(object, "is not one of this reader");
  if (typeof state.version === "number" && state.version > POSITION_STATE_VERSION)
    throw new DativoError({
      code: "STATE_VERSION_NEWER",
      message: `The position of ${object} has version ${state.version}; this SDK reads up to ${POSITION_STATE_VERSION}.`,
      hint: "Upgrade @dativo/sdk in the plugin, or start over with dativo state reset.",
    });
  const result = await schema["~standard"].validate(state.position);
  if (result.issues !== undefined)
    throw invalid(
      object,
      `does not fit its schema: ${result.issues.map((issue) => issue.message).join("; ")}`,
    );
  return result.value;
}

function invalid(object: string, what: string): DativoError {
  return new DativoError({
    code: "POSITION_INVALID",
    message: `The position that ${object} was left at ${what}.`,
    details: { object },
  });
}

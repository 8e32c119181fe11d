import type { ConfigParts } from "../config/config-parts.js";
import type { ObjectDefinitions } from "./reader-definition.js";

/**
 * Defines one object of a reader in a file of its own, with the types of the reader's client and configuration.
 *
 * It is called twice because TypeScript cannot be told some types and infer the others in one call.
 *
 * @example
 * export const quakes = defineObject<Earthquakes>()({
 *   schema: z.object({ id: z.string(), updated: z.iso.datetime() }),
 *   key: ["id"],
 *   cursor: "updated",
 *   read: ({ client, since }) => client.pages("/quakes", since),
 * });
 */
export function defineObject<Client, Parts extends ConfigParts = Record<never, never>>() {
  return <Schema, const Cursor, Position>(
    object: ObjectDefinitions<Parts, Client, { it: Schema }, { it: Cursor }, { it: Position }>["it"],
  ) => object;
}

import type { ConfigParts } from "../config/config-parts.js";
import type { Partition } from "../partitions/partition.js";
import type {
  CLIENT,
  ColumnOf,
  ObjectDefinitions,
  ObjectSettings,
  PositionOf,
  ReadResult,
  RowOf,
} from "./reader-definition.js";

/** An object defined apart from its reader; a reader with another client does not take it. */
export interface DefinedObject<Client, Schema, Cursor, Position> extends ObjectSettings {
  readonly [CLIENT]?: Client | undefined;
  readonly schema?: Schema;
  readonly key?: readonly NoInfer<ColumnOf<Schema>>[];
  readonly cursor?: Cursor & NoInfer<ColumnOf<Schema>>;
  readonly position?: Position;
  // The context was checked where the object was defined. Were its type written here, the reader's own client and
  // configuration would be inferred from it, before `open` is looked at.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  read(context: any): ReadResult<RowOf<Schema>, PositionOf<Position>>;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  estimate?(context: any): number | null | Promise<number | null>;
  // biome-ignore lint/suspicious/noExplicitAny: see above
  partitions?(context: any): readonly Partition[] | Promise<readonly Partition[]>;
}

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
  ): DefinedObject<Client, Schema, Cursor, Position> => object as never;
}

import { nearestNames } from "@dativo/protocol";
import { batch, DativoError, type DynamicObject, defineReader } from "@dativo/sdk";
import { duckDbSourceConnectionSchema } from "../duckdb/database-file.js";
import { DuckDbClient } from "./duckdb-client.js";
import type { TableEntry } from "./table-entry.js";

const config = { connection: duckDbSourceConnectionSchema };

/**
 * The reader of DuckDB database files: whole tables and queries, or what follows a cursor.
 */
export const duckDbReader = defineReader({
  name: "duckdb",
  version: "1.0.0",
  description: "Reads tables of a DuckDB database file.",
  config,
  open: ({ source, projectRoot, config: { connection } }) =>
    DuckDbClient.open(source, projectRoot, connection),
  check: async ({ client }) => ({ success: true, message: `${(await client.objects()).size} tables.` }),
  objects: async ({ client, source }) => {
    const entries = await client.objects();
    const objects: Record<string, DynamicObject<typeof config, DuckDbClient>> = {};
    for (const [name, entry] of entries) {
      const wanted = source.objects.length === 0 || source.objects.includes(name);
      objects[name] = wanted ? await describedObject(client, name, entry) : tableObject(entry);
    }
    return objects;
  },
});

async function describedObject(client: DuckDbClient, name: string, entry: TableEntry) {
  const columns = await client.columns(entry);
  const names = columns.map((column) => column.name);
  for (const wanted of [...entry.key, ...(entry.cursor === undefined ? [] : [entry.cursor])])
    if (!names.includes(wanted)) throw noColumn(name, wanted, names);
  return {
    ...tableObject(entry),
    fields: columns.map((column) => ({ name: column.name, type: column.type })),
  };
}

function tableObject(entry: TableEntry): DynamicObject<typeof config, DuckDbClient> {
  const { cursor } = entry;
  return {
    type: entry.query === undefined ? "table" : "query",
    ...(entry.key.length === 0 ? {} : { key: entry.key }),
    ...(cursor === undefined ? {} : { cursor, order: "ascending" as const }),
    read: ({ client, since, signal }) =>
      cursor === undefined ? readAll(client, entry, signal) : client.pages(entry, cursor, since, signal),
    estimate: ({ client }) => client.count(entry),
  };
}

async function* readAll(client: DuckDbClient, entry: TableEntry, signal: AbortSignal) {
  if (entry.query === undefined) yield batch(await client.relation(entry));
  else for await (const columns of client.stream(entry, signal)) yield batch(columns);
}

function noColumn(object: string, column: string, columns: readonly string[]): DativoError {
  const near = nearestNames(column, columns);
  return new DativoError({
    code: "CONFIGURATION_ERROR",
    message: `${object} has no column ${column}.`,
    hint: near.length > 0 ? `Did you mean ${near.join(" or ")}?` : `It has ${columns.join(", ")}.`,
  });
}

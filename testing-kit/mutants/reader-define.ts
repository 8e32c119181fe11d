/** The same reader in the form that leaves most of it to the SDK. */
import { defineReader, integer, secret } from "@dativo/sdk";
import { z } from "zod";

const row = z.object({
  id: integer(),
  name: z.string().nullable(),
  score: z.number().nullable(),
  team: z.string().nullish(),
  updated_at: z.iso.datetime(),
});
const next = { style: "cursor", from: "next", param: "cursor" } as const;

export default defineReader({
  name: "people",
  version: "1.2.3",
  config: {
    connection: z.object({ base_url: z.url() }),
    credentials: z.object({ api_key: secret() }),
  },
  open: ({ config, http }) =>
    http.with({ baseUrl: config.connection.base_url, bearer: config.credentials.api_key }),
  check: async ({ client }) => {
    await client.json("/me");
    return { success: true, message: "The key is valid." };
  },
  objects: {
    people: {
      schema: row,
      key: ["id"],
      cursor: "updated_at",
      order: "ascending",
      async *read({ client, since }) {
        yield* client.pages<z.input<typeof row>>("/people", { query: { since, limit: 4 }, next });
      },
    },
    teams: {
      schema: row,
      key: ["id"],
      async *read({ client }) {
        yield* client.pages<z.input<typeof row>>("/teams", { query: { limit: 4 }, next });
      },
    },
  },
});

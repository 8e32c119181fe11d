import { defineReader, secret } from "@dativo/sdk";
import { z } from "zod";

type Quake = { mag: number | null; place: string | null; alert: string | null; updated: number };

export default defineReader({
  name: "usgs",
  config: { connection: z.object({ base_url: z.url() }), credentials: z.object({ api_key: secret() }) },
  open: ({ config, http }) =>
    http.with({ baseUrl: config.connection.base_url, bearer: config.credentials.api_key }),
  check: async ({ client }) => {
    const { version } = await client.json<{ version: string }>("/version");
    return { success: true, message: `API ${version}` };
  },
  objects: {
    quakes: {
      schema: z.object({
        id: z.string(),
        mag: z.number().nullable(),
        place: z.string().nullable(),
        alert: z.string().nullable(),
        updated: z.iso.datetime(),
      }),
      key: ["id"],
      cursor: "updated",
      order: "ascending",
      async *read({ client, since }) {
        const pages = client.pages<{ id: string; properties: Quake }>("/quakes", {
          query: { since, limit: 200 },
        });
        for await (const page of pages)
          yield page.map(({ id, properties: { mag, place, alert, updated } }) => {
            return { id, mag, place, alert, updated: new Date(updated).toISOString() };
          });
      },
    },
  },
});

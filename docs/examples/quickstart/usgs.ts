import { defineReader, secret } from "@dativo/sdk";
import { z } from "zod";

interface Feature {
  id: string;
  properties: { mag: number | null; place: string | null; alert: string | null; felt: number | null; updated: number };
}

export default defineReader({
  name: "usgs",
  config: {
    connection: z.object({ base_url: z.url() }),
    credentials: z.object({ api_key: secret() }),
  },
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
        felt: z.int().nullable(),
        updated: z.iso.datetime(),
      }),
      key: ["id"],
      cursor: "updated",
      order: "ascending",
      async *read({ client, since }) {
        const pages = client.pages<Feature>("/quakes", { query: { since, limit: 200 }, records: "features", next: { style: "link", from: "next" } });
        for await (const page of pages)
          yield page.map(({ id, properties: { mag, place, alert, felt, updated } }) => ({
            id, mag, place, alert, felt, updated: new Date(updated).toISOString(),
          }));
      },
    },
  },
});

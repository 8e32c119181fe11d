import { defineReader } from "@dativo/sdk";
import { z } from "zod";

export default defineReader({
  name: "http-pages",
  config: {
    connection: z.object({ base_url: z.url() }),
    options: z.object({ concurrency: z.int().default(1) }),
  },
  open: ({ config, http }) => http.with({ baseUrl: config.connection.base_url }),
  objects: {
    pages: {
      schema: z.object({ id: z.int(), name: z.string(), updated: z.iso.datetime() }),
      async *read({ client, config }) {
        yield* client.pages("/pages", {
          next: { style: "page", param: "page", concurrency: config.options.concurrency },
        });
      },
    },
  },
});

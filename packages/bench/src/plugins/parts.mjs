import { defineReader } from "@dativo/sdk";
import { z } from "zod";

const PAGE = 1000;
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Made-up events in partitions; a page takes its time, as one of an API does. */
export default defineReader({
  name: "parts",
  config: {
    options: z.object({ rows: z.coerce.number(), parts: z.coerce.number(), page_ms: z.coerce.number() }),
  },
  open: ({ config }) => config.options,
  objects: {
    events: {
      schema: z.object({ id: z.int(), name: z.string(), price: z.number(), day: z.string() }),
      key: ["id"],
      cursor: "id",
      order: "ascending",
      partitions: ({ client }) =>
        Array.from({ length: client.parts }, (_, n) => ({ id: `part-${n}`, params: { n } })),
      async *read({ client, partition }) {
        const rows = client.rows / client.parts;
        const first = partition.params.n * rows;
        for (let at = 0; at < rows; at += PAGE) {
          if (client.page_ms > 0) await wait(client.page_ms);
          yield Array.from({ length: Math.min(PAGE, rows - at) }, (_, row) => {
            const id = first + at + row;
            return { id, name: `event ${id}`, price: id / 7, day: `2026-01-${(id % 28) + 1}` };
          });
        }
      },
    },
  },
});

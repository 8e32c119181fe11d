// A reader of rows that are already in memory: what is measured is everything behind the reader.
import { defineReader } from "@dativo/sdk";
import { z } from "zod";

export default defineReader({
  name: "memory-rows",
  config: {},
  open: () => ({ batches: globalThis.benchBatches }),
  objects: {
    rows: {
      schema: z.object({
        id: z.int(),
        account_id: z.int(),
        amount: z.number(),
        quantity: z.int(),
        active: z.boolean(),
        created_at: z.iso.datetime(),
        name: z.string(),
        city: z.string(),
      }),
      async *read({ client }) {
        yield* client.batches();
      },
    },
  },
});

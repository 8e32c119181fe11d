import { defineReader, integer, page } from "@dativo/sdk";
import { z } from "zod";
import { sampleRows } from "../plugin/sample-rows.js";

/** Name of the source in jobs that the harness runs. */
export const SAMPLE_SOURCE = "dativo_test";

/** Records a page has, and pages there are. */
const PAGE = 5;
const PAGES = 6;

/** All records of the sample source. */
export const SAMPLE_ROWS = sampleRows(PAGE * PAGES);

const row = z.object({
  id: integer(),
  name: z.string(),
  score: z.number(),
  active: z.boolean(),
  seen_at: z.iso.datetime(),
});

/** A source of a few pages of people, with a checkpoint after each. */
export const sampleSource = defineReader({
  name: SAMPLE_SOURCE,
  version: "1.0.0",
  objects: {
    people: {
      schema: row,
      key: ["id"],
      position: z.object({ page: z.int() }),
      async *read({ position }) {
        for (let number = position?.page ?? 0; number < PAGES; number += 1) yield pageOf(number);
      },
    },
  },
});

function pageOf(number: number) {
  const rows = SAMPLE_ROWS.slice(number * PAGE, (number + 1) * PAGE) as unknown as z.input<typeof row>[];
  return page(rows, { position: { page: number + 1 } });
}

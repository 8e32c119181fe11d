import { defineReader } from "@dativo/sdk";
import { z } from "zod";

/** Water levels, one every six minutes since 2026-01-01. Replace `levelsSince` with calls of your own source. */
export default defineReader({
  name: "tides",
  config: {
    connection: z.object({ station: z.string() }),
    options: z.object({ page_size: z.int().min(1).max(1000).default(100) }),
  },
  open: ({ config }) => new Tides(config.connection.station, config.options.page_size),
  check: async ({ client }) => ({ success: true, message: `Station ${client.station} answers.` }),
  objects: {
    levels: {
      schema: z.object({
        id: z.string(),
        station: z.string(),
        metres: z.number(),
        measured_at: z.iso.datetime(),
      }),
      key: ["id"],
      // The next run asks for records since the last `measured_at`; what it delivers twice is left out.
      cursor: "measured_at",
      order: "ascending",
      async *read({ client, since }) {
        yield* client.levelsSince(since);
      },
    },
  },
});

const START = Date.parse("2026-01-01T00:00:00Z");
const INTERVAL = 6 * 60 * 1000;
const MEASUREMENTS = 1000;

class Tides {
  constructor(
    readonly station: string,
    private readonly pageSize: number,
  ) {}

  /** Pages of measurements, oldest first, from the given time on. */
  async *levelsSince(since: string | undefined) {
    const first = since === undefined ? 0 : Math.floor((Date.parse(since) - START) / INTERVAL);
    for (let from = first; from < MEASUREMENTS; from += this.pageSize) {
      const numbers = Array.from(
        { length: Math.min(this.pageSize, MEASUREMENTS - from) },
        (_, index) => from + index,
      );
      yield numbers.map((number) => ({
        id: `${this.station}-${number}`,
        station: this.station,
        metres: Math.round((2 + 1.5 * Math.sin(number / 19.8)) * 1000) / 1000,
        measured_at: new Date(START + number * INTERVAL).toISOString(),
      }));
    }
  }
}

import type { Json, ReaderEvent } from "@dativo/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { NEVER, openReader } from "../../test/recording-host.js";
import { defineReader } from "../reader/define-reader.js";
import type { CursorSettings } from "./cursor-options.js";

/** One record of a simulated source; records may be identical. */
interface Item {
  readonly id: number;
  readonly at: number;
}

interface Source {
  items: Item[];
  readonly pageSizes: readonly number[];
  readonly byRow: boolean;
}

/** A reader of the source that answers as an API would: `>=` or `>` on the server's side, in the order declared. */
function readerOf(
  source: Source,
  settings: CursorSettings & { readonly key?: readonly ["id"] },
  respectsSince: boolean,
) {
  const { order = "unsorted", boundary = "inclusive" } = settings;
  return defineReader({
    name: "simulated",
    objects: {
      items: {
        schema: z.object({ id: z.int(), at: z.int() }),
        cursor: "at",
        ...settings,
        async *read({ since }) {
          const selected = source.items.filter(
            ({ at }) =>
              !respectsSince || since === undefined || (boundary === "inclusive" ? at >= since : at > since),
          );
          if (order === "ascending") selected.sort((a, b) => a.at - b.at);
          if (order === "descending") selected.sort((a, b) => b.at - a.at);
          for (let start = 0, page = 0; start < selected.length; page += 1) {
            const size = source.pageSizes[page % source.pageSizes.length] ?? 1;
            const rows = selected.slice(start, start + size).map((item) => ({ ...item }));
            if (source.byRow) yield* rows;
            else yield rows;
            start += size;
          }
        },
      },
    },
  });
}

/** Reads until the end, or until just after a number of events; returns what a committing consumer would have. */
async function run(plugin: ReturnType<typeof readerOf>, state: Json | undefined, killAfter: number) {
  const reader = await openReader(plugin, { engine: { options: { batch_bytes: 200 } } });
  const committed: Item[] = [];
  let pending: Item[] = [];
  let leftOut = 0;
  let position = state;
  let events = 0;
  let ended = false;
  for await (const event of reader.extract(
    { objects: [], state: state === undefined ? {} : { items: state } },
    NEVER,
  ) as AsyncIterable<ReaderEvent>) {
    if (event.type === "batch" && event.data.form === "rows") {
      pending.push(...(event.data.rows as unknown as Item[]));
      leftOut += (event.filtered ?? 0) + (event.deduplicated ?? 0);
    }
    if (event.type === "checkpoint") {
      // What a store holds is JSON, so the state makes the same journey.
      position = JSON.parse(JSON.stringify(event.state)) as Json;
      committed.push(...pending);
      pending = [];
    }
    if (event.type === "end") {
      ended = true;
      committed.push(...pending);
      pending = [];
    }
    events += 1;
    if (events >= killAfter) break;
  }
  await reader.close();
  // Killed between checkpoints: what was not committed is gone.
  return { committed, position, ended, leftOut, read: committed.length + leftOut };
}

const sorted = (items: readonly Item[]) => items.map(({ id, at }) => `${at}/${id}`).sort();

const items = (from: number, to: number) =>
  fc.array(fc.record({ id: fc.integer({ min: 0, max: 6 }), at: fc.integer({ min: from, max: to }) }), {
    maxLength: 40,
  });
const source = fc.record({
  items: items(0, 8),
  pageSizes: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
  byRow: fc.boolean(),
});
const settings = fc.record({
  order: fc.constantFrom("ascending" as const, "unsorted" as const, "descending" as const),
  boundary: fc.constantFrom("inclusive" as const, "exclusive" as const),
});

describe("reading by a cursor", () => {
  it("delivers every record exactly once, wherever it is killed and whatever appears in between", async () => {
    await fc.assert(
      fc.asyncProperty(
        source,
        settings,
        fc.boolean(),
        fc.array(fc.record({ killAfter: fc.integer({ min: 1, max: 30 }), late: items(0, 3) }), {
          maxLength: 4,
        }),
        async (start, chosen, respectsSince, interruptions) => {
          const world: Source = { ...start, items: [...start.items] };
          const plugin = readerOf(world, chosen, respectsSince);
          const delivered: Item[] = [];
          let state: Json | undefined;
          for (const { killAfter, late } of [
            ...interruptions,
            { killAfter: Number.POSITIVE_INFINITY, late: [] },
          ]) {
            const result = await run(plugin, state, killAfter);
            delivered.push(...result.committed);
            state = result.position;
            // Records appear at or after the greatest value there is, as a source that counts forward does.
            const greatest = Math.max(0, ...world.items.map(({ at }) => at));
            world.items = [...world.items, ...late.map(({ id, at }) => ({ id, at: greatest + at }))];
          }
          const last = await run(plugin, state, Number.POSITIVE_INFINITY);
          delivered.push(...last.committed);
          expect(sorted(delivered)).toEqual(sorted(world.items));
        },
      ),
      { numRuns: 400 },
    );
  });

  it("counts what it leaves out, so that the books balance", async () => {
    await fc.assert(
      fc.asyncProperty(source, settings, async (world, chosen) => {
        const plugin = readerOf(
          { ...world, items: [...world.items] },
          { ...chosen, order: chosen.order === "descending" ? "unsorted" : chosen.order },
          false,
        );
        const first = await run(plugin, undefined, Number.POSITIVE_INFINITY);
        const second = await run(plugin, first.position, Number.POSITIVE_INFINITY);
        expect(first.committed).toHaveLength(world.items.length);
        expect(second.committed).toEqual([]);
        expect(second.leftOut).toBe(world.items.length);
        expect(second.position).toEqual(first.position);
      }),
      { numRuns: 150 },
    );
  });

  it("loses nothing when more records share a value than can be remembered; with a key they are read again", async () => {
    await fc.assert(
      fc.asyncProperty(
        source,
        fc.constantFrom("ascending" as const, "unsorted" as const),
        fc.integer({ min: 1, max: 20 }),
        async (start, order, killAfter) => {
          const world: Source = { ...start, items: [...start.items] };
          const plugin = readerOf(world, { order, boundaryBytes: 60, key: ["id"] }, true);
          const first = await run(plugin, undefined, killAfter);
          const second = await run(plugin, first.position, Number.POSITIVE_INFINITY);
          const delivered = new Set(sorted([...first.committed, ...second.committed]));
          expect([...delivered].sort()).toEqual([...new Set(sorted(world.items))]);
        },
      ),
      { numRuns: 200 },
    );
  });
});

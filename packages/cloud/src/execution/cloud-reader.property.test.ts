import {
  type ExtractRequest,
  type Plugin,
  parsePluginReference,
  type ReaderEvent,
  Redactor,
} from "@dativo/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { QUICK } from "../testing/cloud-job.js";
import { inProcessFunction, type Passage } from "../testing/in-process-function.js";
import { openCloudPlugin } from "./cloud-plugin.js";

/** What an object holds: the number of records of each page, and after which pages there is a position. */
interface Source {
  readonly pages: readonly { readonly records: number; readonly checkpoint: boolean }[];
}

/** A reader whose records are numbers in a row; `asked` says from where each object was read. */
function readerOf(sources: Readonly<Record<string, Source>>, interleaved: boolean) {
  async function* read(object: string, from: number): AsyncGenerator<ReaderEvent, void> {
    yield { type: "object", object: { name: object, incremental: true } };
    let id = 0;
    for (const { records, checkpoint } of sources[object]?.pages ?? []) {
      const first = id;
      id += records;
      if (id <= from) continue;
      const rows = Array.from({ length: records }, (_, at) => ({ id: first + at, text: "é".repeat(10) }));
      yield { type: "batch", object, data: { form: "rows", rows } };
      if (checkpoint) yield { type: "checkpoint", object, state: id };
    }
    yield { type: "end", object };
  }
  async function* extract({ objects, state }: ExtractRequest): AsyncGenerator<ReaderEvent, void> {
    const names = objects.length === 0 ? Object.keys(sources) : objects;
    let streams = names.map((name) => read(name, typeof state[name] === "number" ? state[name] : 0));
    if (!interleaved) for (const stream of streams) yield* stream;
    else
      while (streams.length > 0) {
        const open = [];
        for (const stream of streams) {
          const next = await stream.next();
          if (next.done === true) continue;
          yield next.value;
          open.push(stream);
        }
        streams = open;
      }
  }
  const plugin: Omit<Plugin, "close"> = {
    spec: { name: "numbers", kind: "reader", version: "1", api: 1 },
    openReader: async () => ({
      check: async () => ({ success: true, message: "ok" }),
      discover: async () => ({ objects: [], metadata: {} }),
      estimate: async () => null,
      extract,
      close: async () => undefined,
    }),
    openWriter: () => Promise.reject(new Error("not a writer")),
  };
  return plugin;
}

const source: fc.Arbitrary<Source> = fc.record({
  pages: fc.array(fc.record({ records: fc.integer({ min: 1, max: 30 }), checkpoint: fc.boolean() }), {
    maxLength: 12,
  }),
});

const passage: fc.Arbitrary<Passage> = fc.record(
  {
    cutAt: fc.integer({ min: 0, max: 20_000 }),
    reported: fc.boolean(),
    chunkBytes: fc.integer({ min: 1, max: 3000 }),
    throttled: fc.boolean(),
  },
  { requiredKeys: [] },
);

it("delivers every record once and in order, whatever breaks off where", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(fc.constantFrom("a", "b", "c"), source, { minKeys: 1 }),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 20_000 }),
      // Four failures in a row without progress are borne, so that no more than that come in a row.
      fc.array(passage, { maxLength: 4 }),
      async (sources, interleaved, named, responseBytes, passages) => {
        const deployed = inProcessFunction(
          readerOf(sources, interleaved),
          { responseBytes },
          // The first invocation loads the plugin.
          (invocation) => passages[invocation - 2] ?? {},
        );
        const redactor = new Redactor();
        const signal = new AbortController().signal;
        const host = {
          signal,
          redactor,
          log: () => undefined,
          run: { id: "r", job: "j" },
          projectRoot: "/",
        };
        const { admitting } = await import("./throttled-transport.js");
        const plugin = await openCloudPlugin({
          deployed: { ...deployed, transport: admitting(deployed.transport, { firstDelayMs: 0 }) },
          reference: parsePluginReference("numbers.ts:default"),
          log: () => undefined,
          redactor,
          signal,
          recovery: { ...QUICK, firstDelayMs: 0 },
        });
        const config = { connection: {}, credentials: {}, objects: [] } as never;
        const reader = await plugin.openReader({ config, host, defaultObject: "a" });
        const read: Record<string, number[]> = {};
        const covered: Record<string, number> = {};
        const objects = named ? Object.keys(sources) : [];
        for await (const event of reader.extract({ objects, state: {} }, signal)) {
          if (event.type === "object") read[event.object.name] = [];
          if (event.type === "batch" && event.data.form === "rows")
            read[event.object]?.push(...event.data.rows.map(({ id }) => Number(id)));
          // What was delivered before a position is exactly what lies before it.
          if (event.type === "checkpoint") {
            expect(read[event.object]?.length).toBe(event.state);
            covered[event.object] = event.state as number;
          }
        }
        for (const [name, { pages }] of Object.entries(sources)) {
          const total = pages.reduce((sum, { records }) => sum + records, 0);
          expect(read[name]).toEqual(Array.from({ length: total }, (_, at) => at));
        }
      },
    ),
    { numRuns: 300 },
  );
});

import { type BatchForm, CONTRACT_VERSION, PLUGIN, type ReaderEvent } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  leftOutIn,
  NEVER,
  openReader,
  readAll,
  recordingHost,
  rowsIn,
  statesIn,
} from "../../test/recording-host.js";
import { secret } from "../config/secret.js";
import { AuthenticationError } from "../errors.js";
import { defineReader } from "./define-reader.js";
import { batch, page, position } from "./yielded.js";

const QUAKE = z.object({ id: z.string(), mag: z.number().nullable(), updated: z.iso.datetime() });
const quake = (id: string, second: number) => ({ id, mag: 1, updated: `2026-01-04T10:00:0${second}Z` });

class Client {
  closed = 0;
  constructor(readonly url: string) {}
  async *pages(since: string | undefined) {
    yield [quake("a", 1), quake("b", 2)].filter(({ updated }) => since === undefined || updated >= since);
    yield [quake("c", 2)];
  }
  async close() {
    this.closed += 1;
  }
}

function quakes(clients: Client[] = []) {
  return defineReader({
    name: "usgs",
    version: "1.2.3",
    config: {
      connection: z.object({ base_url: z.url() }),
      credentials: z.object({ api_key: secret().optional() }),
      options: z.object({ page_size: z.int().default(200) }),
    },
    open: ({ config }) => {
      const client = new Client(config.connection.base_url);
      clients.push(client);
      return client;
    },
    check: async ({ client }) => ({ success: true, message: `at ${client.url}` }),
    objects: {
      quakes: {
        description: "Earthquakes",
        schema: QUAKE,
        key: ["id"],
        cursor: "updated",
        order: "ascending",
        read: ({ client, since }) => client.pages(since),
        estimate: () => 3,
      },
    },
  });
}

const SOURCE = { connection: { base_url: "http://localhost:1" } };

describe("spec", () => {
  it("says what the reader is, what it is configured with and which objects it has", () => {
    expect(quakes()[PLUGIN].spec).toMatchObject({
      name: "usgs",
      kind: "reader",
      version: "1.2.3",
      api: CONTRACT_VERSION,
      secrets: ["credentials.api_key"],
      configSchema: {
        properties: {
          connection: { properties: { base_url: { type: "string" } } },
          credentials: {
            properties: { api_key: { type: "string", writeOnly: true, "x-dativo-secret": true } },
          },
          engine: { properties: { options: { properties: { page_size: { default: 200 } } } } },
        },
      },
      objects: [
        {
          name: "quakes",
          incremental: true,
          cursor: "updated",
          schema: {
            key: ["id"],
            fields: [
              { name: "id", type: { kind: "string" }, required: true },
              { name: "mag", type: { kind: "number" } },
              { name: "updated", type: { kind: "timestamp", zone: true }, required: true },
            ],
          },
        },
      ],
    });
  });

  it("refuses to be used as a writer", async () => {
    await expect(quakes()[PLUGIN].openWriter({} as never)).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
  });

  it.each([
    [{ schema: z.object({ a: z.boolean() }), cursor: "a" as const }, /a is a boolean/],
    [{ cursor: "a", fields: [] }, /not among its columns/],
    [{ cursor: "a" }, /cursorKind/],
    [{ key: ["b"], fields: [{ name: "a", type: { kind: "string" as const } }] }, /key b/],
    [{ schema: z.object({ a: z.string() }), cursor: "a" as const, lookbackSeconds: 5 }, /lookbackSeconds/],
    [{ schema: z.object({ a: z.string() }), cursor: "a" as const, position: z.int() }, /only one of them/],
  ])("refuses an object that contradicts itself: %#", (object, message) => {
    expect(() => defineReader({ name: "x", objects: { o: { ...object, read: () => [] } as never } })).toThrow(
      expect.objectContaining({ code: "PLUGIN_INVALID", message: expect.stringMatching(message) }),
    );
  });
});

describe("operations", () => {
  it("checks, discovers and estimates", async () => {
    const reader = await openReader(quakes(), SOURCE);
    expect(await reader.check(NEVER)).toEqual({ success: true, message: "at http://localhost:1" });
    expect(await reader.discover(NEVER)).toEqual({
      metadata: {},
      objects: [
        {
          name: "quakes",
          type: "object",
          description: "Earthquakes",
          key: ["id"],
          cursor: "updated",
          columns: [
            { name: "id", type: "string", required: true },
            { name: "mag", type: "number" },
            { name: "updated", type: "timestamp_tz", required: true },
          ],
        },
      ],
    });
    expect(await reader.estimate({ objects: [], state: {} }, NEVER)).toBe(3);
  });

  it("answers unknown without a check, and failed for what a check throws", async () => {
    const plain = await openReader(defineReader({ name: "x", objects: {} }));
    expect(await plain.check(NEVER)).toMatchObject({ success: false, error_code: "NOT_IMPLEMENTED" });
    const failing = (check: () => never) =>
      openReader(defineReader({ name: "x", check, objects: {} })).then((reader) => reader.check(NEVER));
    expect(
      await failing(() => {
        throw new AuthenticationError("expired", { hint: "renew it" });
      }),
    ).toMatchObject({
      success: false,
      message: "expired",
      error_code: "AUTHENTICATION_FAILED",
      details: { hint: "renew it" },
    });
    expect(
      await failing(() => {
        throw new TypeError("x is not a function");
      }),
    ).toMatchObject({ success: false, error_code: "PLUGIN_ERROR" });
  });

  it("refuses a check that is not one", async () => {
    const reader = await openReader(defineReader({ name: "x", check: () => "fine" as never, objects: {} }));
    await expect(reader.check(NEVER)).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      message: "x.check should give { success, message }, and gave a string.",
    });
  });

  it("announces, delivers, checkpoints after every page, and ends", async () => {
    const events = await readAll(await openReader(quakes(), SOURCE), ["quakes"]);
    expect(events.map(({ type }) => type)).toEqual([
      "object",
      "batch",
      "checkpoint",
      "batch",
      "checkpoint",
      "end",
    ]);
    expect(rowsIn(events).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });

  it("goes on where it was left", async () => {
    const reader = await openReader(quakes(), SOURCE);
    const [afterFirstPage, afterAll] = statesIn(await readAll(reader));
    const resumed = await readAll(reader, [], { quakes: afterFirstPage as never });
    expect(rowsIn(resumed).map(({ id }) => id)).toEqual(["c"]);
    expect(leftOutIn(resumed)).toEqual({ filtered: 0, deduplicated: 1 });
    const again = await readAll(reader, [], { quakes: afterAll as never });
    expect(rowsIn(again)).toEqual([]);
    expect(statesIn(again)).toEqual([]);
  });

  it("refuses unknown objects before any data, and suggests the nearest", async () => {
    const clients: Client[] = [];
    const reader = await openReader(quakes(clients), SOURCE);
    await expect(readAll(reader, ["quakes", "quake"])).rejects.toMatchObject({
      code: "OBJECT_NOT_FOUND",
      hint: expect.stringContaining("quakes"),
    });
    expect(clients).toEqual([]);
  });

  it("asks the source for objects that are not known beforehand", async () => {
    let asked = 0;
    const reader = await openReader(
      defineReader({
        name: "dynamic",
        open: () => ["a", "b"],
        objects: async ({ client }) => {
          asked += 1;
          return Object.fromEntries(
            client.map((name) => [
              name,
              {
                fields: [{ name: "n", type: { kind: "integer" } }],
                cursor: "n",
                read: ({ since }) => [[{ n: 1 }, { n: 2 }].filter(({ n }) => n >= (since ?? 0))],
              },
            ]),
          );
        },
      }),
    );
    expect((await reader.discover(NEVER)).objects.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(rowsIn(await readAll(reader, ["b"]))).toEqual([{ n: 1 }, { n: 2 }]);
    expect(asked).toBe(1);
    await expect(readAll(reader, ["c"])).rejects.toMatchObject({ code: "OBJECT_NOT_FOUND" });
  });
});

describe("what may be yielded", () => {
  const readerOf = (read: () => unknown, more: object = {}) =>
    openReader(defineReader({ name: "x", objects: { o: { read, ...more } as never } }));

  it.each([
    [
      "a generator of rows",
      function* () {
        yield { n: 1 };
        yield { n: 2 };
      },
    ],
    [
      "an async generator of pages",
      async function* () {
        yield [{ n: 1 }];
        yield [];
        yield [{ n: 2 }];
      },
    ],
    ["a list of pages", () => [[{ n: 1 }], [{ n: 2 }]]],
    ["a promise of rows", async () => [{ n: 1 }, { n: 2 }]],
    ["a stream", () => ReadableStream.from([[{ n: 1 }], { n: 2 }])],
  ])("%s", async (_name, read) => {
    expect(rowsIn(await readAll(await readerOf(read)))).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it.each([[1], ["text"], [null], [undefined]])("not %j", async (item) => {
    await expect(readAll(await readerOf(() => [item]))).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      message: expect.stringContaining("o.read"),
    });
  });

  it("nothing that cannot be iterated over", async () => {
    await expect(readAll(await readerOf(() => undefined))).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
    });
  });

  it("batches as they are, after the rows before them", async () => {
    const data = { form: "relation" as const, sql: "select 1 as n", schema: { fields: [] } };
    const reader = await readerOf(function* () {
      yield { n: 0 };
      yield batch(data);
      yield batch({ form: "rows", rows: [{ n: 2 }] });
    });
    const events = await readAll(reader);
    expect(events.map((event) => (event.type === "batch" ? event.data.form : event.type))).toEqual([
      "object",
      "rows",
      "relation",
      "rows",
      "end",
    ]);
  });

  it("tells what the consumer accepts", async () => {
    let seen: readonly BatchForm[] = [];
    const reader = await openReader(
      defineReader({
        name: "x",
        objects: {
          o: {
            read: ({ accepts }) => {
              seen = accepts;
              return [];
            },
          },
        },
      }),
    );
    await readAll(reader, [], {}, { accepts: ["relation", "rows"] });
    expect(seen).toEqual(["relation", "rows"]);
  });

  it("positions of an object that declares them", async () => {
    const plugin = defineReader({
      name: "x",
      objects: {
        o: {
          position: z.object({ offset: z.int() }),
          *read({ position: from }) {
            const start = from?.offset ?? 0;
            yield [{ n: start }];
            yield position({ offset: start + 1 });
            yield page([{ n: start + 1 }], { position: { offset: start + 2 } });
          },
        },
      },
    });
    const reader = await openReader(plugin);
    const events = await readAll(reader);
    expect(events.map(({ type }) => type)).toEqual([
      "object",
      "batch",
      "checkpoint",
      "batch",
      "checkpoint",
      "end",
    ]);
    const [first] = statesIn(events);
    expect(rowsIn(await readAll(reader, [], { o: first as never }))).toEqual([{ n: 1 }, { n: 2 }]);
    await expect(readAll(reader, [], { o: { version: 1, position: { offset: "x" } } })).rejects.toMatchObject(
      { code: "POSITION_INVALID" },
    );
    await expect(readAll(reader, [], { o: { version: 9, position: 1 } })).rejects.toMatchObject({
      code: "STATE_VERSION_NEWER",
    });
  });

  it("no position of an object that declares none, and none that is not JSON", async () => {
    await expect(readAll(await readerOf(() => [position(1)]))).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
    });
    await expect(readAll(await readerOf(() => [position(1n)], { position: z.any() }))).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
    });
  });

  it("no columns of an object with a cursor, which could not be followed", async () => {
    const reader = await readerOf(() => [batch({ form: "relation", sql: "", schema: { fields: [] } })], {
      cursor: "n",
      cursorKind: "integer",
    });
    await expect(readAll(reader)).rejects.toMatchObject({ code: "PLUGIN_WRONG_SHAPE" });
  });
});

describe("life of a reader", () => {
  it("opens the client once, at first use, and closes it once", async () => {
    const clients: Client[] = [];
    const reader = await openReader(quakes(clients), SOURCE);
    expect(clients).toHaveLength(0);
    await reader.check(NEVER);
    await readAll(reader);
    await Promise.all([reader.close(), reader.close()]);
    expect(clients.map(({ closed }) => closed)).toEqual([1]);
    await expect(reader.check(NEVER)).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it.each([
    [
      "Symbol.asyncDispose",
      (done: () => void) => ({
        [Symbol.asyncDispose]: async () => done(),
        close: () => expect.unreachable(),
      }),
    ],
    ["Symbol.dispose", (done: () => void) => ({ [Symbol.dispose]: done })],
    ["close", (done: () => void) => ({ close: done })],
  ])("closes by %s", async (_name, make) => {
    let closed = 0;
    const client = make(() => {
      closed += 1;
    });
    const reader = await openReader(
      defineReader({ name: "x", open: () => client, objects: { o: { read: () => [] } } }),
    );
    await readAll(reader);
    await reader.close();
    expect(closed).toBe(1);
  });

  it("opens again after an opening that failed", async () => {
    let attempts = 0;
    const reader = await openReader(
      defineReader({
        name: "x",
        open: () => {
          attempts += 1;
          if (attempts === 1) throw new Error("not yet");
          return {};
        },
        check: () => ({ success: true, message: "ok" }),
        objects: {},
      }),
    );
    expect((await reader.check(NEVER)).success).toBe(false);
    expect((await reader.check(NEVER)).success).toBe(true);
  });

  it("ends the author's generator when the consumer stops early", async () => {
    let released = false;
    const reader = await openReader(
      defineReader({
        name: "x",
        objects: {
          o: {
            async *read() {
              try {
                for (let n = 0; ; n += 1) yield page([{ n }]);
              } finally {
                released = true;
              }
            },
          },
        },
      }),
      { engine: { options: { batch_bytes: 1 } } },
    );
    for await (const event of reader.extract({ objects: [], state: {} }, NEVER))
      if (event.type === "batch") break;
    expect(released).toBe(true);
  });

  it.each(["the operation", "the host", "closing"])(
    "stops a read that hangs when cancelled by %s",
    async (by) => {
      const host = recordingHost();
      const operation = new AbortController();
      let seen: AbortSignal | undefined;
      const reader = await openReader(
        defineReader({
          name: "x",
          objects: {
            o: {
              async *read({ signal }) {
                seen = signal;
                yield [{ n: 1 }];
                await new Promise(() => {});
              },
            },
          },
        }),
        { engine: { options: { batch_bytes: 1 } } },
        host,
      );
      const events: ReaderEvent[] = [];
      const reading = (async () => {
        for await (const event of reader.extract({ objects: [], state: {} }, operation.signal)) {
          events.push(event);
          if (event.type !== "batch") continue;
          if (by === "the operation") queueMicrotask(() => operation.abort());
          else if (by === "the host") queueMicrotask(() => host.controller.abort());
          else queueMicrotask(() => void reader.close());
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: "INTERRUPTED" });
      expect(seen?.aborted).toBe(true);
      expect(events.at(-1)?.type).toBe("batch");
    },
  );

  it("closes even while it is still being opened", async () => {
    let finish: ((client: Client) => void) | undefined;
    const reader = await openReader(
      defineReader({
        name: "x",
        open: () =>
          new Promise<Client>((resolve) => {
            finish = resolve;
          }),
        check: () => ({ success: true, message: "" }),
        objects: {},
      }),
    );
    const check = reader.check(NEVER);
    check.catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
    await reader.close();
    await expect(check).rejects.toMatchObject({ code: "INTERRUPTED" });
    const client = new Client("x");
    finish?.(client);
    await new Promise((resolve) => setImmediate(resolve));
    expect(client.closed).toBe(1);
  });
});

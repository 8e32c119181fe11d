import { CONTRACT_VERSION, PLUGIN } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { leftOutIn, NEVER, openReader, readAll, rowsIn, statesIn } from "../../test/recording-host.js";
import { secret } from "../config/secret.js";
import { AuthenticationError } from "../errors.js";
import { defineReader } from "./define-reader.js";

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

  it("looks at the columns of an object that the source lists only when it is read", async () => {
    const reader = await openReader(
      defineReader({
        name: "x",
        objects: () => ({ a: { cursor: "n", read: () => [] }, b: { read: () => [[{ n: 1 }]] } }),
      }),
    );
    expect((await reader.discover(NEVER)).objects.map(({ name, cursor }) => [name, cursor])).toEqual([
      ["a", "n"],
      ["b", undefined],
    ]);
    expect(rowsIn(await readAll(reader, ["b"]))).toEqual([{ n: 1 }]);
    await expect(readAll(reader, ["a"])).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
  });
});

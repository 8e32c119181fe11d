import type { BatchForm } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { openReader, readAll, rowsIn, statesIn } from "../../test/recording-host.js";
import { defineReader } from "./define-reader.js";
import { batch, page, position } from "./yielded.js";

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

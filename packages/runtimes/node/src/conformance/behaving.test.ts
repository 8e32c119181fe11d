import { unpackRows } from "@dativo/columnar";
import type { ReaderEvent } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { BEGIN, END, inBothPlacements } from "../testing/both-placements.js";
import { errorOf, eventsOf, never, PluginBench } from "../testing/plugin-bench.js";
import { PluginProject, readerFile } from "../testing/plugin-project.js";

inBothPlacements("A plugin", (kit) => {
  describe("that behaves", () => {
    it("answers every reader call", async () => {
      const { reader } = await kit.reader({
        check: 'return { success: false, message: "no", error_code: "AUTH_FAILED", details: { tries: 2 } };',
        discover:
          'return { objects: [{ name: "items", type: "table", columns: [{ name: "id", type: "integer" }] }], metadata: { v: 1 } };',
        estimate: "return request.objects.length + request.state.items.at;",
        extract: `${BEGIN} yield { type: "checkpoint", object: "items", state: { at: [1, null] } }; ${END}`,
      });
      expect(await reader.check(never)).toEqual({
        success: false,
        message: "no",
        error_code: "AUTH_FAILED",
        details: { tries: 2 },
      });
      expect((await reader.discover(never)).objects[0]?.columns).toEqual([{ name: "id", type: "integer" }]);
      expect(await reader.estimate({ objects: ["items"], state: { items: { at: 41 } } }, never)).toBe(42);
      expect(await eventsOf(reader)).toEqual([
        { type: "object", object: { name: "items", incremental: false } },
        { type: "checkpoint", object: "items", state: { at: [1, null] } },
        { type: "end", object: "items" },
      ]);
    });

    it("divides its objects, and reads one part", async () => {
      const { bench, reader } = await kit.reader({
        spec: "partitions: true,",
        partitions:
          "return Array.from({ length: request.count }, (_, n) => ({ object: request.objects[0], id: `n${n}`, params: { n, first_one: n === 0, none: null } }));",
        extract: `${BEGIN} yield { type: "checkpoint", object: "items", state: request.partition }; ${END}`,
      });
      expect((await bench.load("plugin.ts:Reader")).spec.partitions).toBe(true);
      const partitions = await reader.partitions?.({ objects: ["items"], state: {}, count: 2 }, never);
      expect(partitions).toEqual([
        { object: "items", id: "n0", params: { n: 0, first_one: true, none: null } },
        { object: "items", id: "n1", params: { n: 1, first_one: false, none: null } },
      ]);
      const [, one] = partitions ?? [];
      if (one === undefined) throw new Error("There is no second part.");
      const request = { objects: ["items"], state: {}, partition: one };
      const events: ReaderEvent[] = [];
      for await (const event of reader.extract(request, never)) events.push(event);
      expect(events[1]).toEqual({ type: "checkpoint", object: "items", state: one });
    });

    it("hands over every kind of value unchanged", async () => {
      const rows = `[{ big: 2n ** 60n, at: new Date(5), bytes: new Uint8Array([0, 255]), nan: NaN, minus: -0, none: null,
        list: [1, [2n]], inner: { $dativo: "bigint" }, text: "\\u0000é\\uD83D\\uDE00" }, 7, "text", null]`;
      const { reader } = await kit.reader({
        extract: `${BEGIN} yield { type: "batch", object: "items", filtered: 3, deduplicated: 2, data: { form: "rows", rows: ${rows} } }; ${END}`,
      });
      const found = (await eventsOf(reader))[1] as ReaderEvent & { type: "batch" };
      expect(found).toMatchObject({ filtered: 3, deduplicated: 2 });
      expect(found.data.form === "rows" && found.data.rows).toEqual([
        {
          big: 2n ** 60n,
          at: new Date(5),
          bytes: new Uint8Array([0, 255]),
          nan: Number.NaN,
          minus: -0,
          none: null,
          list: [1, [2n]],
          inner: { $dativo: "bigint" },
          text: "\u0000é😀",
        },
        7,
        "text",
        null,
      ]);
    });

    it("hands over columns", async () => {
      const schema = {
        fields: [
          { name: "id", type: { kind: "integer" } },
          { name: "name", type: { kind: "string" }, required: true },
        ],
      };
      const { reader } = await kit.reader({
        extract: `${BEGIN} for (let i = 0; i < 9; i++) yield { type: "batch", object: "items", data: { form: "arrow", schema: ${JSON.stringify(schema)}, recordCount: 2, byteSize: 32, columns: [
          { length: 2, nullCount: 1, validity: new Uint8Array([1]), values: new BigInt64Array([2n ** 62n, 0n]) },
          { length: 2, nullCount: 0, offsets: new Int32Array([0, 1, 3]), values: new TextEncoder().encode("abb" + "x".repeat(i)).slice(0, 3) } ] } }; ${END}`,
      });
      const batches = (await eventsOf(reader)).flatMap((event) =>
        event.type === "batch" ? [event.data] : [],
      );
      expect(batches).toHaveLength(9);
      for (const data of batches)
        expect(data.form === "arrow" && unpackRows(data)).toEqual([
          { id: 2n ** 62n, name: "a" },
          { id: null, name: "bb" },
        ]);
    });

    it("hands over a query without its records", async () => {
      const relation =
        '{ form: "relation", sql: "SELECT 1 AS id", setup: ["SET x = 1"], schema: { fields: [{ name: "id", type: { kind: "integer" } }] }, recordCount: 1, rejects: "SELECT 2" }';
      const { reader } = await kit.reader({
        extract: `${BEGIN} yield { type: "batch", object: "items", data: ${relation} }; ${END}`,
      });
      expect((await eventsOf(reader))[1]).toEqual({
        type: "batch",
        object: "items",
        data: {
          form: "relation",
          sql: "SELECT 1 AS id",
          setup: ["SET x = 1"],
          schema: { fields: [{ name: "id", type: { kind: "integer" } }] },
          recordCount: 1,
          rejects: "SELECT 2",
        },
      });
    });

    it("gets what it was opened with", async () => {
      const bench = kit.bench(
        readerFile({
          open: "const seen = JSON.stringify({ config, defaultObject, run: host.run, projectRoot: host.projectRoot });",
          check: "return { success: true, message: seen };",
        }),
      );
      const reader = await bench.reader("plugin.ts:Reader", { base_url: "x", camelCase: "y" });
      const seen = JSON.parse((await reader.check(never)).message);
      expect(seen).toMatchObject({
        defaultObject: "items",
        run: { id: "run-1", job: "job" },
        projectRoot: bench.project.root,
      });
      expect(seen.config).toMatchObject({ connection: { base_url: "x", camelCase: "y" }, rateLimits: {} });
    });

    it("answers every writer call", async () => {
      const { bench, writer } = await kit.writer({
        write: `host.log({ level: "info", message: JSON.stringify([request.token, request.fileCounter, request.schema, String(request.data.rows[0].id), mode, asset.sourceType, config.fileFormat]) });
          return { files: [{ path: "a", record_count: request.data.rows.length, own: { kept: [1] } }], rejected: [{ index: 1, reason: "odd" }] };`,
        flush: "return { files: [{ path: token }] };",
        commit:
          'return { status: "success", files_added: request.files.length, total_records: request.final ? 1 : 0, of: request.token };',
        abort: 'host.log({ level: "info", message: JSON.stringify(request) });',
      });
      const schema = { fields: [{ name: "id", type: { kind: "integer" as const } }] };
      const written = await writer.write(
        { data: { form: "rows", rows: [{ id: 2n ** 60n }, {}] }, schema, fileCounter: 4, token: "t" },
        never,
      );
      expect(written).toEqual({
        files: [{ path: "a", record_count: 2, own: { kept: [1] } }],
        rejected: [{ index: 1, reason: "odd" }],
      });
      expect(await writer.flush("t2", never)).toEqual({ files: [{ path: "t2" }] });
      expect(await writer.commit({ files: written.files, token: "t", final: true, schema }, never)).toEqual({
        status: "success",
        files_added: 1,
        total_records: 1,
        of: "t",
      });
      await writer.abort({ scope: "run", runId: "run-0" }, never);
      expect(bench.messages).toEqual([
        JSON.stringify(["t", 4, schema, "1152921504606846976", "append", "custom", "jsonl"]),
        '{"scope":"run","runId":"run-0"}',
      ]);
    });

    it("is closed once", async () => {
      const { bench, reader } = await kit.reader({
        close: 'host.log({ level: "info", message: "closed" });',
      });
      await Promise.all([reader.close(), reader.close()]);
      await reader.close();
      expect(bench.messages).toEqual(["closed"]);
    });
  });

  it("and another can work at the same time", async () => {
    const project = new PluginProject({
      "plugin.ts": readerFile({
        check:
          'console.log("one"); await sleep(20); console.log("one"); return { success: true, message: "1" };',
      }),
      "other.ts": readerFile({
        check: 'console.log("two"); await sleep(10); throw new Error("two failed");',
      }),
    });
    const bench = new PluginBench(project, { kind: kit.kind });
    const [first, second] = await Promise.all([bench.reader(), bench.reader("other.ts:Reader")]);
    const [one, two] = await Promise.all([first.check(never), errorOf(second.check(never))]);
    expect(one.message).toBe("1");
    expect(two.message).toContain("two failed");
    expect(bench.messages.sort()).toEqual(["one", "one", "two"]);
  });
});

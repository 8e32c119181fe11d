import { type ColumnBatch, PLUGIN, type Row, type WriteRequest } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { NEVER, openWriter, recordingHost } from "../../test/recording-host.js";
import type { FileMetadata } from "../results/author-results.js";
import { defineWriter } from "./define-writer.js";

class Outbox {
  readonly staged = new Map<string, readonly Row[]>();
  readonly published = new Map<string, readonly Row[]>();
  readonly tokens = new Set<string>();
  closed = 0;
  constructor(readonly url: string) {}
  stage(rows: readonly Row[]): FileMetadata[] {
    const path = `${this.url}/${this.staged.size}`;
    this.staged.set(path, rows);
    return [{ path, etag: "e" }];
  }
  publish(files: readonly FileMetadata[], token: string) {
    if (!this.tokens.has(token))
      for (const { path } of files) this.published.set(path, this.staged.get(path) ?? []);
    this.tokens.add(token);
  }
  discard(files: readonly FileMetadata[]) {
    for (const { path } of files) this.staged.delete(path);
  }
  [Symbol.dispose]() {
    this.closed += 1;
  }
}

const SCHEMA = { fields: [{ name: "n", type: { kind: "integer" as const } }] };
const batchOf = (...rows: Row[]): WriteRequest => ({
  data: { form: "rows", rows },
  schema: SCHEMA,
  fileCounter: 3,
  token: "t1",
});

function webhook(outboxes: Outbox[] = []) {
  return defineWriter({
    name: "webhook",
    config: { connection: z.object({ url: z.url() }) },
    idempotentCommit: true,
    open: ({ config }) => {
      const outbox = new Outbox(config.connection.url);
      outboxes.push(outbox);
      return outbox;
    },
    check: ({ client }) => ({ success: true, message: client.url }),
    write: ({ client, batch }) => client.stage(batch.rows()),
    commit: ({ client, files, token }) => client.publish(files, token),
    abort: ({ client, files }) => client.discard(files),
  });
}

describe("defineWriter", () => {
  it("says what it is", () => {
    expect(webhook()[PLUGIN].spec).toMatchObject({
      name: "webhook",
      kind: "writer",
      accepts: ["rows"],
      modes: ["append"],
      idempotentCommit: true,
      version: "0.0.0",
    });
  });

  it("stages, commits once per token, and discards", async () => {
    const outboxes: Outbox[] = [];
    const writer = await openWriter(webhook(outboxes), { target: { connection: { url: "http://x" } } });
    expect(await writer.check(NEVER)).toEqual({ success: true, message: "http://x" });
    const { files } = await writer.write(batchOf({ n: 1 }, { n: 2 }), NEVER);
    expect(files).toEqual([{ path: "http://x/0", etag: "e", record_count: 2 }]);
    const commit = { files, token: "t1", final: false, schema: SCHEMA };
    expect(await writer.commit(commit, NEVER)).toEqual({
      status: "success",
      files_added: 1,
      total_records: 2,
    });
    expect(await writer.commit(commit, NEVER)).toMatchObject({ status: "success" });
    const rest = await writer.write(batchOf({ n: 3 }), NEVER);
    await writer.abort({ scope: "files", files: rest.files, token: "t2" }, NEVER);
    const [outbox] = outboxes;
    expect([...(outbox?.staged.keys() ?? [])]).toEqual(["http://x/0"]);
    expect([...(outbox?.published.values() ?? [])]).toEqual([[{ n: 1 }, { n: 2 }]]);
    await writer.close();
    await writer.close();
    expect(outbox?.closed).toBe(1);
  });

  it("refuses a configuration that does not fit, naming the target", async () => {
    await expect(openWriter(webhook(), { target: { connection: { url: "x" } } })).rejects.toMatchObject({
      code: "CONFIGURATION_ERROR",
      message: expect.stringContaining("target.connection.url"),
    });
  });

  it("refuses to be used as a reader", async () => {
    await expect(webhook()[PLUGIN].openReader({} as never)).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
  });

  const nothing = { commit: () => undefined, abort: () => undefined };

  it("counts rejected records", async () => {
    const rejected = [{ index: 1, reason: "too long", path: "n", expected: "short", got: "long" }];
    const writer = await openWriter(
      defineWriter({ name: "x", ...nothing, write: () => ({ files: [{ path: "a" }], rejected }) }),
    );
    expect(await writer.write(batchOf({ n: 1 }, { n: 2 }), NEVER)).toEqual({
      files: [{ path: "a", record_count: 1 }],
      rejected,
    });
    const short = await openWriter(
      defineWriter({
        name: "x",
        ...nothing,
        write: () => ({ files: [{ path: "a", recordCount: 2 }], rejected }),
      }),
    );
    await expect(short.write(batchOf({ n: 1 }, { n: 2 }), NEVER)).rejects.toMatchObject({
      code: "WRITER_MISCOUNTED",
    });
  });

  it("may keep records back until it is flushed", async () => {
    const kept: Row[] = [];
    const writer = await openWriter(
      defineWriter({
        name: "x",
        ...nothing,
        write: ({ batch }) => {
          kept.push(...batch.rows());
          return { files: [] };
        },
        flush: ({ token }) => [{ path: token, recordCount: kept.length }],
      }),
    );
    expect(await writer.write(batchOf({ n: 1 }, { n: 2 }), NEVER)).toEqual({ files: [] });
    expect(await writer.flush("t7", NEVER)).toEqual({ files: [{ path: "t7", record_count: 2 }] });
  });

  it("takes batches in the forms it accepts", async () => {
    const seen: unknown[] = [];
    const plugin = defineWriter({
      name: "x",
      accepts: ["relation", "arrow", "rows"],
      modes: ["append", "replace"],
      ...nothing,
      write: ({ batch, fileCounter, token, object, mode, outputBase }) => {
        seen.push([
          batch.data.form,
          batch.recordCount,
          batch.object,
          batch.schema,
          fileCounter,
          token,
          object,
          mode,
          outputBase,
        ]);
        if (batch.data.form !== "rows")
          expect(() => batch.rows()).toThrow(expect.objectContaining({ code: "ABI_VIOLATION" }));
        return [{ path: "a" }];
      },
    });
    expect(plugin[PLUGIN].spec).toMatchObject({
      accepts: ["relation", "arrow", "rows"],
      modes: ["append", "replace"],
    });
    const writer = await openWriter(plugin, { mode: "replace", outputBase: "/out" });
    const columns: ColumnBatch = { form: "arrow", schema: SCHEMA, recordCount: 4, columns: [], byteSize: 0 };
    expect((await writer.write({ ...batchOf(), data: columns }, NEVER)).files).toEqual([
      { path: "a", record_count: 4 },
    ]);
    expect(
      (
        await writer.write(
          { ...batchOf(), data: { form: "relation", sql: "select 1", schema: SCHEMA } },
          NEVER,
        )
      ).files,
    ).toEqual([{ path: "a" }]);
    expect(seen).toEqual([
      ["arrow", 4, "people", SCHEMA, 3, "t1", "people", "replace", "/out"],
      ["relation", undefined, "people", SCHEMA, 3, "t1", "people", "replace", "/out"],
    ]);
  });

  it("reads JSON text as rows, without loss", async () => {
    let rows: readonly Row[] = [];
    const writer = await openWriter(
      defineWriter({
        name: "x",
        ...nothing,
        write: ({ batch }) => {
          rows = batch.rows();
          return [{ path: "a", recordCount: 1 }];
        },
      }),
    );
    await writer.write(
      { ...batchOf(), data: { form: "json", text: new TextEncoder().encode('[{"n":9007199254740993}]') } },
      NEVER,
    );
    expect(rows).toEqual([{ n: 9007199254740993n }]);
  });

  it("is told what an abort covers", async () => {
    const seen: unknown[] = [];
    const writer = await openWriter(
      defineWriter({
        name: "x",
        write: () => [],
        commit: () => undefined,
        abort: ({ scope, files, token, runId }) => seen.push([scope, files, token, runId]),
      }),
    );
    await writer.abort({ scope: "files", files: [{ path: "a", record_count: 1 }], token: "t" }, NEVER);
    await writer.abort({ scope: "run", runId: "r" }, NEVER);
    expect(seen).toEqual([
      ["files", [{ path: "a", recordCount: 1 }], "t", undefined],
      ["run", [], undefined, "r"],
    ]);
  });

  it.each([[undefined], [{ rejected: [] }], [{ files: [{}] }], [{ files: [], rejected: 1 }]])(
    "is refused when write returns %j",
    async (answer) => {
      const writer = await openWriter(defineWriter({ name: "x", ...nothing, write: () => answer as never }));
      await expect(writer.write(batchOf({ n: 1 }), NEVER)).rejects.toMatchObject({
        code: "PLUGIN_WRONG_SHAPE",
      });
    },
  );

  it("stops a write that hangs when cancelled", async () => {
    const controller = new AbortController();
    const writer = await openWriter(
      defineWriter({ name: "x", ...nothing, write: () => new Promise<FileMetadata[]>(() => {}) }),
    );
    const writing = writer.write(batchOf({ n: 1 }), controller.signal);
    controller.abort();
    await expect(writing).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it("still discards what was staged when the host has cancelled, and writes nothing more", async () => {
    const outboxes: Outbox[] = [];
    const host = recordingHost();
    const writer = await openWriter(webhook(outboxes), {
      target: { connection: { url: "http://x" } },
      host,
    });
    const { files } = await writer.write(batchOf({ n: 1 }), NEVER);
    host.controller.abort();
    await expect(writer.write(batchOf({ n: 2 }), NEVER)).rejects.toMatchObject({ code: "INTERRUPTED" });
    await writer.abort({ scope: "files", files, token: "t1" }, NEVER);
    expect(outboxes[0]?.staged.size).toBe(0);
  });
});

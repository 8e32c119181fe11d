import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PLUGIN, type Row, type WriteRequest } from "@dativo/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NEVER, openWriter, recordingHost } from "../../test/recording-host.js";
import type { FileMetadata } from "../results/author-results.js";
import { BaseWriter } from "./base-writer.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dativo-sdk-"));
});
afterEach(() => rm(folder, { recursive: true }));

class JsonWriter extends BaseWriter {
  override async writeBatch(records: readonly Row[], fileCounter: number): Promise<FileMetadata[]> {
    const path = join(this.outputBase, `${this.assetDefinition.name}_${fileCounter}.json`);
    await writeFile(path, JSON.stringify(records));
    return [{ path, sizeBytes: 1, recordCount: records.length, part: "x" }];
  }
}

const SCHEMA = { fields: [] };
const batchOf = (...rows: Row[]): WriteRequest => ({
  data: { form: "rows", rows },
  schema: SCHEMA,
  fileCounter: 7,
  token: "t1",
});

describe("a class that extends BaseWriter", () => {
  it("is loadable", () => {
    class Merging extends JsonWriter {
      static override version = "3.0.0";
      static override idempotentCommit = true;
      static override modes = ["append", "merge"] as const;
    }
    expect(Merging[PLUGIN].spec).toMatchObject({
      name: "Merging",
      kind: "writer",
      version: "3.0.0",
      accepts: ["rows"],
      idempotentCommit: true,
      modes: ["append", "merge"],
    });
    expect(JsonWriter[PLUGIN].spec).toMatchObject({ idempotentCommit: false, modes: ["append"] });
  });

  it("writes, commits and reports under the wire's names", async () => {
    const writer = await openWriter(JsonWriter, { outputBase: folder });
    const { files } = await writer.write(batchOf({ n: 1 }, { n: 2 }), NEVER);
    expect(files).toEqual([
      { path: join(folder, "people_7.json"), size_bytes: 1, record_count: 2, part: "x" },
    ]);
    expect(await writer.flush("t1", NEVER)).toEqual({ files: [] });
    expect(await writer.commit({ files, token: "t1", final: true, schema: SCHEMA }, NEVER)).toEqual({
      status: "success",
      files_added: 1,
      total_records: 2,
    });
    expect(await writer.check(NEVER)).toMatchObject({ error_code: "NOT_IMPLEMENTED" });
  });

  it("is given files as it returned them, and the token", async () => {
    const seen: unknown[] = [];
    class Committing extends JsonWriter {
      override commitFiles(files: readonly FileMetadata[], token: string) {
        seen.push(files, token);
        return { status: "success", files_added: 5, catalog: "c" };
      }
    }
    const writer = await openWriter(Committing, { outputBase: folder });
    const { files } = await writer.write(batchOf({ n: 1 }), NEVER);
    expect(await writer.commit({ files, token: "t9", final: true, schema: SCHEMA }, NEVER)).toEqual({
      status: "success",
      files_added: 5,
      total_records: 1,
      catalog: "c",
    });
    expect(seen).toEqual([
      [{ path: join(folder, "people_7.json"), sizeBytes: 1, recordCount: 1, part: "x" }],
      "t9",
    ]);
  });

  const returning = (answer: unknown) => {
    class Returning extends BaseWriter {
      override writeBatch() {
        return answer as never;
      }
    }
    return openWriter(Returning).then((writer) => writer.write(batchOf({ n: 1 }, { n: 2 }, { n: 3 }), NEVER));
  };

  it("may leave counts out, or spell them as Python does", async () => {
    expect((await returning([{ path: "a" }])).files).toEqual([{ path: "a", record_count: 3 }]);
    expect((await returning([{ path: "a", record_count: 2 }, { path: "b" }])).files).toEqual([
      { path: "a", record_count: 2 },
      { path: "b", record_count: 1 },
    ]);
    expect((await returning([{ path: "a" }, { path: "b" }])).files).toEqual([
      { path: "a", record_count: 3 },
      { path: "b", record_count: 0 },
    ]);
  });

  it.each([
    [[]],
    [[{ path: "a", recordCount: 2 }]],
    [[{ path: "a", recordCount: 4 }]],
    [[{ path: "a", recordCount: 4 }, { path: "b" }]],
  ])("is told that %j does not add up to three records", async (files) => {
    await expect(returning(files)).rejects.toMatchObject({ code: "WRITER_MISCOUNTED" });
  });

  it.each([[undefined], [null], ["a"], [[{ recordCount: 3 }]], [{ files: [] }]])(
    "is refused when it returns %j",
    async (answer) => {
      await expect(returning(answer)).rejects.toMatchObject({ code: "PLUGIN_WRONG_SHAPE" });
    },
  );

  it("still removes the files of an abort when the host has cancelled", async () => {
    const host = recordingHost();
    const writer = await openWriter(JsonWriter, { outputBase: folder, host });
    const { files } = await writer.write(batchOf({ n: 1 }), NEVER);
    host.controller.abort();
    await writer.abort({ scope: "files", files, token: "t1" }, NEVER);
    expect(existsSync(join(folder, "people_7.json"))).toBe(false);
  });

  it("removes the files of an abort, but none outside its folder", async () => {
    const outside = join(folder, "..", `outside-${process.pid}`);
    await writeFile(outside, "");
    const writer = await openWriter(JsonWriter, { outputBase: folder });
    const { files } = await writer.write(batchOf({ n: 1 }), NEVER);
    await writer.abort(
      { scope: "files", files: [...files, { path: outside }, { path: join(folder, "gone") }], token: "t" },
      NEVER,
    );
    expect(existsSync(join(folder, "people_7.json"))).toBe(false);
    expect(existsSync(outside)).toBe(true);
    await rm(outside);
    await writer.abort({ scope: "run", runId: "r" }, NEVER);
  });
});

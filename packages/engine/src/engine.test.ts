import { writeFile } from "node:fs/promises";
import { NOT_IMPLEMENTED } from "@dativo/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileWriter } from "../test-fixtures/file-writer.js";
import { pagedReader } from "../test-fixtures/paged-reader.js";
import { builtin, numbered, testFolder, testJob } from "../test-fixtures/test-job.js";
import { createEngine } from "./engine.js";
import { StateStore } from "./store/state-store.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());

const engine = (rows = numbered(25)) => createEngine(builtin(pagedReader({ a: { rows } }), fileWriter()));

describe("createEngine", () => {
  it("validates without opening anything", async () => {
    const reader = pagedReader({ a: { rows: [] } });
    const { validate } = createEngine(builtin(reader, fileWriter()));
    expect(await validate(testJob(folder.path))).toMatchObject({
      reader: { name: "paged" },
      writer: { name: "files" },
    });
    expect(reader.opened).toBe(0);
    await expect(validate(testJob(folder.path, { mode: "replace" }))).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });

  it("loads a built-in plugin when it is first named", async () => {
    let loaded = 0;
    const lazily = async () => {
      loaded += 1;
      return pagedReader({ a: { rows: numbered(3) } });
    };
    const sources = {
      runtimes: [],
      builtins: { readers: { r: lazily, other: lazily }, writers: { w: fileWriter() } },
    };
    expect((await createEngine(sources).run(testJob(folder.path))).exit_code).toBe(0);
    expect(loaded).toBe(1);
  });

  it("names the nearest built-in type, and what loads a plugin", async () => {
    const job = testJob(folder.path);
    const misspelt = { ...job, source: { ...job.source, config: { ...job.source.config, type: "csw" } } };
    const sources = {
      runtimes: [],
      builtins: { readers: { csv: pagedReader({}), json: pagedReader({}) }, writers: {} },
    };
    await expect(createEngine(sources).validate(misspelt)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
      hint: expect.stringContaining('Did you mean "csv"?'),
    });
    const customReader = { text: "x.zig:Name", location: "x.zig", exportName: "Name" };
    const custom = { ...job, source: { ...job.source, customReader } };
    await expect(createEngine(sources).validate(custom)).rejects.toMatchObject({ code: "PLUGIN_NOT_FOUND" });
  });

  it("refuses a writer where a reader should be, and ends what it loaded", async () => {
    const customReader = { text: "w.ts:W", location: "w.ts", exportName: "W" };
    let closed = 0;
    const runtime = {
      name: "test",
      handles: () => true,
      load: async () => ({
        ...fileWriter(),
        close: async () => {
          closed += 1;
        },
      }),
    };
    const job = testJob(folder.path);
    const { validate } = createEngine({ ...builtin(pagedReader({}), fileWriter()), runtimes: [runtime] });
    await expect(validate({ ...job, source: { ...job.source, customReader } })).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: expect.stringContaining("a writer, not a reader"),
    });
    expect(closed).toBe(1);
  });

  it("never takes a check that is not implemented for success", async () => {
    const reader = pagedReader({ a: { rows: [] } });
    const silent = {
      ...reader,
      openReader: async () => ({
        ...(await reader.openReader({} as never)),
        check: async () => ({ success: false, message: "no check", error_code: NOT_IMPLEMENTED }),
      }),
    };
    const { source, target } = await createEngine(builtin(silent, fileWriter())).check(testJob(folder.path));
    expect([source.status, target.status]).toEqual(["unknown", "ok"]);
  });

  it("discovers and plans", async () => {
    const job = testJob(folder.path);
    expect((await engine().discover(job)).objects).toMatchObject([{ name: "a" }]);
    expect((await engine().plan(job)).objects).toMatchObject([
      { name: "a", mode: "append", state: null, schemaOrigin: "reader" },
    ]);
  });

  it("shows, sets and resets positions, and keeps counts of files", async () => {
    const job = testJob(folder.path);
    await engine().run(job);
    expect((await engine().state(job)).a).toMatchObject({ state: 25, fileCounter: 3 });
    await engine().setState(job, "a", 20);
    expect((await engine().run(job)).objects[0]).toMatchObject({ read: 5, state_before: 20 });
    expect(await engine().resetState(job)).toEqual(["a"]);
    expect((await engine().state(job)).a).toMatchObject({ state: null, fileCounter: 4 });
    expect((await engine().run(job)).objects[0]?.read).toBe(25);
  });

  it("gives up an unfinished run with a reset, and reads from the start", async () => {
    const job = testJob(folder.path);
    const failing = pagedReader({
      a: {
        rows: numbered(25),
        spec: { incremental: false },
        beforePage: (from) => {
          if (from === 20) throw new Error("broken");
        },
      },
    });
    const failed = await createEngine(builtin(failing, fileWriter())).run(job);
    expect(failed.exit_code).toBe(2);
    await engine().resetState(job);
    const report = await engine().run(job);
    expect(report.run_id).not.toBe(failed.run_id);
    expect(report.objects[0]).toMatchObject({ read: 25 });
  });

  it("resets a state file that cannot be read", async () => {
    const job = testJob(folder.path);
    await engine().run(job);
    const { file } = new StateStore({ stateDir: job.stateDir, jobKey: job.key });
    await writeFile(file, "{");
    await expect(engine().state(job)).rejects.toMatchObject({ code: "STATE_CORRUPT" });
    await engine().resetState(job);
    expect(await engine().state(job)).toEqual({});
  });
});

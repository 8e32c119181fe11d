import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Json, TableSchema } from "@dativo/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ObjectState, StateStore } from "./state-store.js";
import { type ChildScript, childScript, crash, nextMessage } from "./testing/child.js";
import { folder, rejection } from "./testing/folder.js";

const jobKey = "acme/prod/jobs/quakes";
const schema: TableSchema = {
  fields: [
    { name: "id", type: { kind: "integer" }, required: true },
    { name: "at", type: { kind: "timestamp", zone: true }, description: "When", classification: "PII" },
    {
      name: "deep",
      type: {
        kind: "list",
        item: {
          kind: "struct",
          fields: [{ name: "a b", type: { kind: "decimal", precision: 10, scale: 2 } }],
        },
      },
    },
  ],
  key: ["id"],
};
const state = (value: Json, sequence = 1): ObjectState => ({
  state: value,
  fileCounter: 3,
  schema,
  runId: "r",
  sequence,
});

/** A store with two objects, of which the second change left a backup. */
async function filled() {
  const store = new StateStore({ stateDir: folder(), jobKey });
  await store.set("a", state({ since: "2026-01-01" }));
  await store.set("b", state(null, 2));
  return store;
}

describe("a state store", () => {
  it("gives back what was set, also to another process", async () => {
    const store = await filled();
    const again = new StateStore({ stateDir: dirname(dirname(store.file)), jobKey });
    expect(await again.read()).toEqual({ a: state({ since: "2026-01-01" }), b: state(null, 2) });
    expect(await again.get("a")).toEqual(state({ since: "2026-01-01" }));
    expect(await again.get("constructor")).toBeUndefined();
  });

  it("is empty before the first change", async () => {
    const store = new StateStore({ stateDir: join(folder(), "none"), jobKey });
    expect(await store.read()).toEqual({});
    expect(await store.reset()).toEqual([]);
    expect(() => readFileSync(store.file)).toThrow();
  });

  it("keeps the copy before the last change, and nothing else", async () => {
    const store = await filled();
    expect(Object.keys(JSON.parse(readFileSync(store.backupFile, "utf8")).objects)).toEqual(["a"]);
    expect(readdirSync(dirname(store.file))).toHaveLength(2);
  });

  it("forgets one object, or all", async () => {
    const store = await filled();
    expect(await store.reset("none")).toEqual([]);
    expect(await store.reset("a")).toEqual(["a"]);
    expect(Object.keys(await store.read())).toEqual(["b"]);
    expect(await store.reset()).toEqual(["b"]);
    expect(await store.read()).toEqual({});
  });

  it("makes changes that come at once one after another", async () => {
    const store = new StateStore({ stateDir: folder(), jobKey });
    await Promise.all(Array.from({ length: 12 }, (_, index) => store.set(`o${index}`, state(index))));
    expect(Object.keys(await store.read())).toHaveLength(12);
  });

  it("keeps the states of different jobs apart, whatever their names", async () => {
    const stateDir = folder();
    const names = [
      "-/-/a",
      "-/-/A",
      "a/-/x",
      "-/a/x",
      "-/-/a/x",
      `-/-/${"x".repeat(300)}`,
      `-/-/${"x".repeat(301)}`,
      "-/-/ü",
      "-/-/../../etc",
    ];
    for (const [index, name] of names.entries())
      await new StateStore({ stateDir, jobKey: name }).set("o", state(index));
    for (const [index, name] of names.entries())
      expect((await new StateStore({ stateDir, jobKey: name }).get("o"))?.state).toBe(index);
    expect(new Set(readdirSync(join(stateDir, "state")).map((file) => file.toLowerCase())).size).toBe(
      names.length,
    );
  });

  it("gives back any JSON", async () => {
    const store = new StateStore({ stateDir: folder(), jobKey });
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.string().filter((name) => name !== "__proto__"),
        async (value, object) => {
          const expected = JSON.parse(JSON.stringify(value)) as Json;
          await store.set(object, { state: value as Json, fileCounter: 0, runId: "r", sequence: 0 });
          expect((await store.get(object))?.state).toEqual(expected);
        },
      ),
      { numRuns: 60, examples: [[JSON.parse('{ "at": { "__proto__": 1 } }'), "o"]] },
    );
  });
});

describe("a state file that cannot be used", () => {
  const text = async () => {
    const store = await filled();
    return { store, content: readFileSync(store.file, "utf8") };
  };
  it.each<[string, (content: string) => string, RegExp]>([
    ["is cut off", (content) => content.slice(0, -40), /not valid JSON, perhaps cut off/],
    ["is empty", () => "", /it is empty/],
    ["is zeros", () => "\u0000".repeat(100), /not valid JSON/],
    [
      "was changed by hand",
      (content) => content.replace("2026-01-01", "2025-01-01"),
      /checksum does not fit/,
    ],
    [
      "has a key more",
      (content) => content.replace('"version"', '"x": 1, "version"'),
      /checksum does not fit/,
    ],
    ["lacks a key", (content) => content.replace('"file_counter"', '"counter"'), /objects\.a\.file_counter/],
    ["is a list", () => "[]", /version is not as it should be/],
    ["is null", () => "null", /version is not as it should be/],
    [
      "belongs to another job",
      (content) => forged(content, (value) => (value.job = "-/-/other")),
      /belongs to the job "-\/-\/other"/,
    ],
    [
      "holds an unknown type",
      (content) => forged(content, (value) => (value.objects.a.schema.fields[0].type = "blob")),
      /field type/,
    ],
  ])("because it %s is STATE_CORRUPT, and names its copy", async (_name, damage, says) => {
    const { store, content } = await text();
    writeFileSync(store.file, damage(content));
    const error = await rejection(store.read());
    expect(error).toMatchObject({
      code: "STATE_CORRUPT",
      retryable: false,
      details: { file: store.file, backup: store.backupFile },
    });
    expect(error.message).toContain(store.file);
    expect(error.message).toMatch(says);
    expect(error.hint).toMatch(/\.bak|another name/);
    expect((await rejection(store.set("a", state(1)))).code).toBe("STATE_CORRUPT");
    expect(readFileSync(store.file, "utf8")).toBe(damage(content));
    await store.discard();
    expect(await store.read()).toEqual({});
  });

  it("because a newer version wrote it is STATE_VERSION_NEWER", async () => {
    const { store, content } = await text();
    writeFileSync(store.file, content.replace('"version": 1', '"version": 2'));
    expect(await rejection(store.read())).toMatchObject({
      code: "STATE_VERSION_NEWER",
      details: { version: 2 },
    });
  });

  it("because its place is taken is TARGET_UNWRITABLE", async () => {
    const stateDir = folder();
    writeFileSync(join(stateDir, "state"), "");
    expect(await rejection(new StateStore({ stateDir, jobKey }).set("a", state(1)))).toMatchObject({
      code: "TARGET_UNWRITABLE",
    });
    const other = new StateStore({ stateDir: folder(), jobKey });
    mkdirSync(other.file, { recursive: true });
    expect((await rejection(other.read())).message).toContain("EISDIR");
  });
});

interface StoredForm {
  job: string;
  objects: { a: { schema: { fields: [{ type: string }] } } };
}

/** The content with a change and a checksum that fits. */
function forged(content: string, change: (value: StoredForm) => void): string {
  const { checksum: _old, ...value } = JSON.parse(content);
  change(value);
  return JSON.stringify({
    ...value,
    checksum: createHash("sha256").update(JSON.stringify(value)).digest("hex"),
  });
}

describe("a process that is killed while it changes the state", () => {
  let script: ChildScript;
  beforeAll(async () => {
    script = await childScript(`
      import { StateStore } from "./state-store.js";
      const [stateDir, jobKey] = process.argv.slice(2);
      const store = new StateStore({ stateDir, jobKey });
      for (let sequence = ((await store.get("o"))?.sequence ?? 0) + 1; ; sequence += 1) {
        await store.set("o", { state: "x".repeat(sequence % 5000), fileCounter: 0, runId: "r", sequence });
        process.send(sequence);
      }
    `);
  });
  afterAll(() => script.remove());

  it("loses nothing that was durable, and leaves a file that can be read", async () => {
    const stateDir = folder();
    const store = new StateStore({ stateDir, jobKey });
    for (let round = 0; round < 8; round += 1) {
      const child = script.start(stateDir, jobKey);
      let told = await nextMessage<number>(child);
      child.on("message", (sequence) => {
        told = sequence as number;
      });
      await new Promise((resolve) => setTimeout(resolve, 3 + round * 4));
      await crash(child);
      const found = await store.get("o");
      expect(found?.sequence).toBeGreaterThanOrEqual(told);
      expect(found?.state).toBe("x".repeat((found?.sequence ?? 0) % 5000));
    }
  });
});

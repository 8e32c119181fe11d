import type { DiscoveryResult, ObjectSpec, PluginSpec, TableSchema } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { testJob } from "../../test-fixtures/test-job.js";
import type { ResolvedJob } from "../job/resolved-job.js";
import { chooseMode, type ModeQuestion } from "./choose-mode.js";
import { chooseObjects } from "./choose-objects.js";
import { chooseSchema } from "./object-schema.js";
import { makePlan, type PlanOptions } from "./plan.js";

const table = (...names: string[]): TableSchema => ({
  fields: names.map((name) => ({ name, type: { kind: "string" } })),
});
const writer: PluginSpec = {
  name: "w",
  kind: "writer",
  version: "1",
  api: 1,
  modes: ["append", "replace", "merge"],
};

describe("chooseMode", () => {
  const question = (changes: Partial<ModeQuestion> & { incremental?: boolean } = {}): ModeQuestion => ({
    wanted: undefined,
    writer,
    object: { name: "a", incremental: changes.incremental ?? false },
    fullRefresh: false,
    limited: false,
    key: undefined,
    schema: undefined,
    ...changes,
  });
  const poor = { ...writer, modes: ["append" as const] };

  it.each<[string, Partial<ModeQuestion> & { incremental?: boolean }, string]>([
    ["what the job says", { wanted: "merge", key: ["id"] }, "merge"],
    ["append for what is read incrementally", { incremental: true }, "append"],
    ["replace for what is read whole", {}, "replace"],
    ["replace for a full refresh", { incremental: true, fullRefresh: true }, "replace"],
    ["append when a part is read", { limited: true }, "append"],
    ["append when the writer knows no other", { writer: poor }, "append"],
    ["merge by the key of the schema", { wanted: "merge", schema: { ...table("id"), key: ["id"] } }, "merge"],
  ])("takes %s", (_name, changes, mode) => {
    expect(chooseMode(question(changes)).mode).toBe(mode);
  });

  it.each<[string, Partial<ModeQuestion>]>([
    ["a mode the writer does not know", { wanted: "replace", writer: poor }],
    ["merge without a key", { wanted: "merge", key: [] }],
    ["a part that would replace all", { wanted: "replace", limited: true }],
  ])("refuses %s", (_name, changes) => {
    expect(() => chooseMode(question(changes))).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});

describe("chooseObjects", () => {
  it.each([
    [{ job: [], only: undefined, known: ["a", "b"] }, ["a", "b"]],
    [{ job: ["b"], only: undefined, known: ["a", "b"] }, ["b"]],
    [{ job: ["b", "a", "b"], only: [], known: undefined }, ["b", "a"]],
    [{ job: ["a", "b"], only: ["b"], known: ["a", "b"] }, ["b"]],
    [{ job: [], only: ["x"], known: undefined }, ["x"]],
    [{ job: [], only: undefined, known: undefined }, []],
  ])("%j is %j", (names, chosen) => {
    expect(chooseObjects(names)).toEqual(chosen);
  });
  it.each([
    [{ job: ["ordrs"], only: undefined, known: ["orders", "people"] }, 'Did you mean "orders"?'],
    [{ job: ["orders"], only: ["people"], known: ["orders", "people"] }, "There is: orders."],
    [{ job: [], only: ["zzz"], known: [] }, "There are: none."],
  ])("refuses %j", (names, hint) => {
    expect(() => chooseObjects(names)).toThrow(
      expect.objectContaining({ code: "OBJECT_NOT_FOUND", hint: expect.stringContaining(hint) }),
    );
  });
});

describe("chooseSchema", () => {
  const spec: ObjectSpec = { name: "a", incremental: true, schema: table("reader") };
  const asset = { name: "a", version: "1", extra: {}, schema: table("asset") };
  const discovered = {
    name: "a",
    type: "table",
    columns: [{ name: "found", type: "decimal(10,2)", required: true }],
    key: ["found"],
  };
  const last = table("last");

  it("prefers the asset, then the reader, then what was discovered, then the last run", () => {
    const bare = { name: "a", incremental: true };
    expect(chooseSchema({ asset, spec, discovered, last })).toEqual({
      schema: { ...table("asset"), key: ["found"] },
      origin: "asset",
    });
    expect(chooseSchema({ asset: undefined, spec, discovered: undefined, last }).origin).toBe("reader");
    expect(chooseSchema({ asset: undefined, spec: bare, discovered, last })).toEqual({
      schema: {
        fields: [{ name: "found", type: { kind: "decimal", precision: 10, scale: 2 }, required: true }],
        key: ["found"],
      },
      origin: "discovered",
    });
    expect(chooseSchema({ asset: undefined, spec: bare, discovered: undefined, last }).origin).toBe("state");
    expect(chooseSchema({ asset: undefined, spec: bare, discovered: undefined, last: undefined })).toEqual({
      schema: undefined,
      origin: "inferred",
    });
  });

  it("does not trust discovered columns of a type nobody knows", () => {
    const strange = { ...discovered, columns: [{ name: "x", type: "geometry" }] };
    expect(
      chooseSchema({ asset: undefined, spec: { name: "a", incremental: true }, discovered: strange, last })
        .origin,
    ).toBe("state");
  });
});

describe("makePlan", () => {
  const reader = (objects?: ObjectSpec[]): PluginSpec => ({
    name: "r",
    kind: "reader",
    version: "1",
    api: 1,
    ...(objects && { objects }),
  });
  const plan = (
    spec: PluginSpec,
    job: Partial<ResolvedJob> & { objects?: string[] } = {},
    options: PlanOptions = {},
    discovered?: DiscoveryResult,
  ) =>
    makePlan(
      {
        job: testJob("/nowhere", job),
        reader: spec,
        writer,
        discovered,
        states: { a: { state: 7, fileCounter: 1, runId: "r", sequence: 1, schema: table("last") } },
      },
      options,
    );
  const both: ObjectSpec[] = [
    { name: "a", incremental: true },
    { name: "b", incremental: false },
  ];

  it("starts where the last run ended, unless everything is replaced or refreshed", () => {
    expect(plan(reader(both)).objects.map(({ name, mode, state }) => [name, mode, state])).toEqual([
      ["a", "append", 7],
      ["b", "replace", null],
    ]);
    expect(plan(reader(both), { mode: "replace" }).objects[0]?.state).toBeNull();
    expect(plan(reader(both), {}, { fullRefresh: true }).objects[0]).toMatchObject({
      state: null,
      mode: "replace",
    });
  });

  it("knows only what it is told", () => {
    expect(plan(reader()).objects).toEqual([]);
    expect(plan(reader(), { objects: ["a"] }).objects[0]?.modeReason).toContain("as far as is known");
    const discovered = { objects: [{ name: "a", type: "file", cursor: "at" }], metadata: {} };
    expect(plan(reader(), {}, {}, discovered).objects).toMatchObject([{ name: "a", cursor: "at" }]);
  });

  it("asks for the forms that the writer takes first", () => {
    const { accepts, paths } = plan(reader(both));
    expect(accepts).toEqual(["rows", "native", "arrow", "relation", "json"]);
    expect(paths.map(({ from, to }) => [from, to])).toEqual(accepts.map((form) => [form, "rows"]));
  });

  it("gives the asset to the object it names, and refuses one that nobody reads", () => {
    const asset = { name: "x", version: "1", object: "b", schema: table("asset"), extra: {} };
    const origins = plan(reader(both), { asset, objects: ["a", "b"] }).objects.map(
      ({ schemaOrigin }) => schemaOrigin,
    );
    expect(origins).toEqual(["state", "asset"]);
    expect(() => plan(reader(both), { asset: { ...asset, object: "c" }, objects: ["a"] })).toThrow(
      expect.objectContaining({ code: "ASSET_MISMATCH" }),
    );
  });
});

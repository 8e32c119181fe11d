import { compilePacker } from "@dativo/columnar";
import type { BatchData, BatchForm, ColumnBatch, NativeBatch, Row, TableSchema } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { ObjectSchema, type SchemaOrigin } from "./object-schema.js";
import { Preparer } from "./preparer.js";

const never = new AbortController().signal;
const SCHEMA: TableSchema = {
  fields: [
    { name: "id", type: { kind: "integer" }, required: true },
    { name: "name", type: { kind: "string" } },
  ],
};

function preparer(accepts: readonly BatchForm[], schema?: TableSchema, origin: SchemaOrigin = "inferred") {
  return new Preparer(new ObjectSchema(schema, origin, "warn"), accepts, "items", 0, true);
}

async function prepared(from: Preparer, data: BatchData) {
  const parts = [];
  for await (const part of from.prepare(data, never)) parts.push(part);
  return parts;
}

/** A batch in memory that is released once, and says what was done with it. */
function native(rows: readonly Row[], schema: TableSchema = SCHEMA) {
  const columns = compilePacker({ fields: schema.fields.map(({ required, ...field }) => field) }).pack(
    rows,
  ).batch;
  const done = { copies: 0, releases: 0 };
  const batch: NativeBatch = {
    form: "native",
    isShareable: true,
    schema,
    recordCount: rows.length,
    nullCounts: columns.columns.map(({ nullCount }) => nullCount),
    byteSize: columns.byteSize,
    array: () => new BigUint64Array(10),
    columns: (): ColumnBatch => {
      done.copies += 1;
      return columns;
    },
    retain: () => () => {},
    release: () => {
      done.releases += 1;
    },
  };
  return { batch, done };
}

describe("a batch of native memory", () => {
  const rows = [
    { id: 1, name: "a" },
    { id: 2, name: null },
  ];

  it.each(["reader", "inferred"] as const)(
    "passes as it is where its schema is the wanted one (%s)",
    async (origin) => {
      const from = preparer(["native", "arrow"], origin === "reader" ? SCHEMA : undefined, origin);
      for (let round = 0; round < 2; round += 1) {
        const { batch, done } = native(rows);
        const [part] = await prepared(from, batch);
        expect(part).toMatchObject({ kind: "ready", records: 2, bytes: batch.byteSize });
        expect(part?.kind === "ready" && part.data).toBe(batch);
        expect(done).toEqual({ copies: 0, releases: 0 });
        expect(part?.kind === "ready" && part.source(1)).toEqual({ index: 1, record: rows[1] });
      }
    },
  );

  it("is copied and checked where a required value is null", async () => {
    const { batch, done } = native([{ id: 1 }, { id: null, name: "b" }]);
    const parts = await prepared(preparer(["native", "arrow"], SCHEMA, "asset"), batch);
    expect(parts).toMatchObject([
      { kind: "set_aside", records: [{ index: 1, reason: "required" }] },
      { kind: "ready", records: 1, data: { form: "arrow" } },
    ]);
    expect(done).toEqual({ copies: 1, releases: 1 });
  });

  it.each([
    ["another order", { fields: [...SCHEMA.fields].reverse() }],
    ["another type", { fields: [{ name: "id", type: { kind: "number" } }, SCHEMA.fields[1]] } as TableSchema],
    ["fewer columns", { fields: SCHEMA.fields.slice(0, 1) }],
  ])("is copied where the wanted schema has %s", async (_what, wanted) => {
    const { batch, done } = native(rows);
    const [part] = await prepared(preparer(["native", "arrow"], wanted, "asset"), batch);
    expect(part).toMatchObject({ kind: "ready", records: 2, schema: wanted, data: { form: "arrow" } });
    expect(done).toEqual({ copies: 1, releases: 1 });
  });

  it("becomes rows for a writer that takes nothing else, and is released when it is empty", async () => {
    const { batch, done } = native(rows);
    expect(await prepared(preparer(["rows"]), batch)).toMatchObject([{ data: { form: "rows", rows } }]);
    expect(done).toEqual({ copies: 1, releases: 1 });
    const empty = native([]);
    expect(await prepared(preparer(["native", "arrow"]), empty.batch)).toEqual([]);
    expect(empty.done.releases).toBe(1);
  });
});

describe("JSON text for a writer of JSON text", () => {
  const text = Buffer.from('[ {"id": 1.0, "big": 123456789012345678901234567890},{"id":2} ]');

  it.each([2, undefined])(
    "passes byte for byte where nobody described the records (count %s)",
    async (recordCount) => {
      const from = preparer(["json"]);
      const data: BatchData = { form: "json", text, ...(recordCount === undefined ? {} : { recordCount }) };
      const [part, ...more] = await prepared(from, data);
      expect(more).toEqual([]);
      expect(part?.kind === "ready" && part.data).toBe(data);
      expect(part).toMatchObject({ records: 2, bytes: text.length });
      expect(from.schema.orEmpty.fields.map(({ name }) => name)).toEqual(["id", "big"]);
      expect(part?.kind === "ready" && part.source(1)).toEqual({ index: 1, record: { id: 2 } });
      expect(from.paths.get("json")?.reason).toBe("the text passes unparsed");
    },
  );

  it("is parsed and checked where somebody did", async () => {
    const from = preparer(["json"], SCHEMA, "asset");
    const parts = await prepared(from, {
      form: "json",
      text: Buffer.from('[{"id":1},{"name":"x"}]'),
      recordCount: 2,
    });
    expect(parts).toMatchObject([
      { kind: "set_aside", records: [{ index: 1, reason: "required" }] },
      { kind: "ready", records: 1 },
    ]);
    expect(from.paths.get("json")?.reason).toContain("parsed");
  });

  it("is parsed where something is among the records that is none", async () => {
    const parts = await prepared(preparer(["json"], SCHEMA, "state"), {
      form: "json",
      text: Buffer.from('[{"id":1},7]'),
    });
    expect(parts).toMatchObject([
      { kind: "set_aside", records: [{ index: 1, got: "number" }] },
      { kind: "ready", records: 1 },
    ]);
    await expect(prepared(preparer(["json"]), { form: "json", text: Buffer.from("[1") })).rejects.toThrow(
      "is not UTF-8 JSON",
    );
  });
});

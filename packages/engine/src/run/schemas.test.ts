import { compilePacker, DuckDb, unpackRows } from "@dativo/columnar";
import type { AssetDefinition, RelationBatch, Row, TableSchema } from "@dativo/protocol";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FileWriterOptions, fileWriter, rowsIn } from "../../test-fixtures/file-writer.js";
import { type PagedObject, pagedReader } from "../../test-fixtures/paged-reader.js";
import { builtin, NUMBERED, numbered, testFolder, testJob } from "../../test-fixtures/test-job.js";
import type { ResolvedJob } from "../job/resolved-job.js";
import { DeadLetters } from "../store/dead-letters.js";
import { runJob } from "./run-job.js";

let folder: Awaited<ReturnType<typeof testFolder>>;
beforeEach(async () => {
  folder = await testFolder();
});
afterEach(() => folder.remove());
afterAll(async () => (await DuckDb.shared()).close());

const asset = (schema: TableSchema): AssetDefinition => ({ name: "a", version: "1.0.0", schema, extra: {} });
const none = { schema: { fields: [] } };

async function run(
  object: PagedObject,
  options: { writer?: FileWriterOptions; job?: Partial<ResolvedJob> } = {},
) {
  const writer = fileWriter(options.writer);
  const report = await runJob(
    testJob(folder.path, options.job),
    builtin(pagedReader({ a: object }), writer),
    {},
  );
  const letters = [];
  if (report.dead_letter_file !== undefined)
    for await (const letter of DeadLetters.read(report.dead_letter_file)) letters.push(letter);
  return {
    report,
    writer,
    letters,
    rows: await rowsIn(`${folder.path}/data`, "a"),
    object: report.objects[0],
  };
}

/** Each form in which the same records can come, to each form in which a writer can take them. */
const FORMS = [
  ["rows", "rows"],
  ["rows", "arrow"],
  ["rows", "json"],
  ["json", "rows"],
  ["json", "arrow"],
  ["arrow", "arrow"],
  ["arrow", "rows"],
  ["arrow", "json"],
  ["relation", "arrow"],
  ["relation", "rows"],
] as const;

function inForm(
  form: (typeof FORMS)[number][0],
  schema: TableSchema,
): (
  rows: readonly Row[],
) => PagedObject extends never ? never : ReturnType<NonNullable<PagedObject["batch"]>> {
  const packer = compilePacker(schema);
  return (rows) => {
    if (form === "rows") return { form, rows };
    if (form === "json") return { form, text: Buffer.from(JSON.stringify(rows)) };
    if (form === "arrow") return packer.pack(rows).batch;
    const values = rows
      .map(({ id, name }) => `(${id === null ? "NULL" : `${id}::BIGINT`}, '${name}')`)
      .join(", ");
    return { form, sql: `SELECT * FROM (VALUES ${values}) t(id, name)`, schema, recordCount: rows.length };
  };
}

describe("batch forms", () => {
  it.each(FORMS)("%s to %s carries every record", async (from, to) => {
    const { rows, report, object } = await run(
      { rows: numbered(25), batch: inForm(from, NUMBERED) },
      { writer: { accepts: [to] } },
    );
    expect(rows.toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(numbered(25));
    expect(report.exit_code).toBe(0);
    expect(object?.batch_paths).toMatchObject([{ from, to }]);
  });

  it.each(FORMS)("%s to %s sets aside a record without a required value", async (from, to) => {
    const loose: TableSchema = { fields: NUMBERED.fields.map(({ name, type }) => ({ name, type })) };
    const records = [...numbered(5), { id: null, name: "nobody" }, ...numbered(5, 5)];
    const { rows, object, letters } = await run(
      { rows: records, batch: inForm(from, loose), spec: { schema: NUMBERED } },
      { writer: { accepts: [to] } },
    );
    expect(rows.map(({ id }) => Number(id)).sort((a, b) => a - b)).toEqual(numbered(10).map(({ id }) => id));
    expect(object).toMatchObject({ read: 11, written: 10, rejected: 1 });
    expect(letters).toMatchObject([{ reason: "required", path: "id", record: { id: null, name: "nobody" } }]);
  });

  it("hands a query to a writer that runs it, with the checks inside", async () => {
    const batch = (rows: readonly Row[]): RelationBatch => ({
      form: "relation",
      sql: `SELECT * FROM (VALUES ${rows.map(({ id, name }) => `('${id}', '${name}')`).join(", ")}) t(id, name)`,
      schema: {
        fields: [
          { name: "id", type: { kind: "string" } },
          { name: "name", type: { kind: "string" } },
        ],
      },
      recordCount: rows.length,
    });
    const taken: Row[] = [];
    const writer = {
      ...fileWriter({ accepts: ["relation"] }),
      openWriter: async () => ({
        check: async () => ({ success: true, message: "" }),
        write: async ({ data }: { data: { form: string; sql?: string } }) => {
          await using connection = (await DuckDb.shared()).connect();
          const { rows } = await connection.query(data.sql ?? "");
          taken.push(...rows);
          return { files: [{ path: "x", record_count: rows.length }] };
        },
        flush: async () => ({ files: [] }),
        commit: async () => ({ status: "success", files_added: 1 }),
        abort: async () => undefined,
        close: async () => undefined,
      }),
    };
    const records = [...numbered(8), { id: "x", name: "bad" }];
    const report = await runJob(
      testJob(folder.path, { asset: asset(NUMBERED) }),
      builtin(pagedReader({ a: { rows: records, batch, spec: none } }), writer as never),
      {},
    );
    expect(report.error).toBeUndefined();
    expect(report.objects[0]).toMatchObject({
      read: 9,
      written: 8,
      rejected: 1,
      batch_paths: [{ from: "relation", to: "relation" }],
    });
    expect(taken.toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(numbered(8));
  });

  it("finds the number of records of a query that nobody counted", async () => {
    const batch = (rows: readonly Row[]): RelationBatch => ({
      form: "relation",
      sql: `SELECT range AS id, 'n' || range AS name FROM range(${rows.length})`,
      schema: NUMBERED,
    });
    const writer = {
      ...fileWriter({ accepts: ["relation"] }),
      openWriter: async () => ({
        check: async () => ({ success: true, message: "" }),
        write: async () => ({ files: [{ path: "x" }] }),
        flush: async () => ({ files: [] }),
        commit: async () => ({ status: "success", files_added: 1 }),
        abort: async () => undefined,
        close: async () => undefined,
      }),
    };
    const report = await runJob(
      testJob(folder.path),
      builtin(pagedReader({ a: { rows: numbered(25), batch } }), writer as never),
      {},
    );
    expect(report.objects[0]).toMatchObject({ read: 25, written: 25 });
  });

  it("tells when nothing the writer takes can be made", async () => {
    const { report } = await run({ rows: numbered(3) }, { writer: { accepts: ["relation"] } });
    expect(report.error).toMatchObject({
      error_code: "CONFIG_INVALID",
      message: expect.stringContaining("takes only relation"),
    });
  });
});

describe("a strict schema", () => {
  const strict = { validationMode: "strict" as const };

  it("stops at the first bad record and says which, and commits nothing after the last checkpoint", async () => {
    const rows = [...numbered(23), { id: "x23", name: "bad" }, ...numbered(5, 24)];
    const { report, rows: written, letters } = await run({ rows }, { job: strict });
    expect(report.error).toMatchObject({
      error_code: "VALIDATION_FAILED",
      details: { object: "a", record_index: 23, path: "id", expected: "integer" },
    });
    expect(report.error?.message).toContain("Record 23 of a");
    expect(written).toHaveLength(20);
    expect(report.objects[0]).toMatchObject({ written: 20, rejected: 0, uncommitted: expect.any(Number) });
    expect(letters).toEqual([]);
  });

  it("rejects fields that the asset does not have", async () => {
    const job = { ...strict, asset: asset(NUMBERED) };
    const { report } = await run({ rows: [{ id: 1, name: "n", extra: true }] }, { job });
    expect(report.error).toMatchObject({
      error_code: "VALIDATION_FAILED",
      details: { reason: "unknown_field", path: "extra" },
    });
  });

  it("leaves out and counts fields that the reader did not declare", async () => {
    const { object, rows } = await run({ rows: [{ id: 1, name: "n", extra: true }] }, { job: strict });
    expect(object?.dropped_fields).toEqual({ extra: 1 });
    expect(rows).toEqual([{ id: 1, name: "n" }]);
  });

  it("stops when the writer rejects a record", async () => {
    const { report } = await run({ rows: numbered(3) }, { job: strict, writer: { reject: () => "too big" } });
    expect(report.error).toMatchObject({ error_code: "VALIDATION_FAILED", details: { reason: "too big" } });
  });
});

describe("a schema that warns", () => {
  it("leaves out unknown fields and counts them, and lists conversions", async () => {
    const rows = [
      { id: "1", name: "a", extra: true },
      { id: 2, name: "b" },
      { id: 3, name: 3, extra: null },
    ];
    const { object, rows: written } = await run({ rows });
    expect(object?.dropped_fields).toEqual({ extra: 2 });
    expect(object?.coercions).toEqual(
      expect.arrayContaining([
        { field: "id", coercion: "string_to_integer", count: 1 },
        { field: "name", coercion: "number_to_string", count: 1 },
      ]),
    );
    expect(written).toEqual([
      { id: 1, name: "a" },
      { id: 2, name: "b" },
      { id: 3, name: "3" },
    ]);
  });

  it("sets bad records aside with what they were and where they stood", async () => {
    const rows = [...numbered(12), { id: "x", name: "bad" }, "no record", ...numbered(4, 12)];
    const { letters, object } = await run({ rows });
    expect(object).toMatchObject({ read: 18, written: 16, rejected: 2 });
    expect(letters).toMatchObject([
      { object: "a", batch: 1, index: 2, path: "id", record: { id: "x", name: "bad" } },
      { object: "a", batch: 1, index: 3, reason: "type", record: "no record" },
    ]);
  });

  it("traces what the writer rejects to the record as it was read", async () => {
    const rows = [{ id: "x" }, { id: "1", name: "a" }, { id: "2", name: "refuse" }, { id: "3", name: "c" }];
    const { letters, object } = await run(
      { rows },
      { writer: { reject: ({ name }) => (name === "refuse" ? "no" : undefined) } },
    );
    expect(object).toMatchObject({ read: 4, written: 2, rejected: 2 });
    expect(letters[1]).toMatchObject({ index: 2, reason: "no", record: { id: "2", name: "refuse" } });
  });

  it("has an error budget in records and as a ratio", async () => {
    const bad = (count: number) => Array.from({ length: count }, () => ({ id: "x" }));
    const budget = (maxRecords: number, maxRatio: number) => ({
      job: { errorBudget: { maxRecords, maxRatio } },
    });
    const over = await run({ rows: [...numbered(20), ...bad(3)] }, budget(2, 1));
    expect(over.report).toMatchObject({ exit_code: 2, error: { error_code: "ERROR_BUDGET_EXCEEDED" } });
    expect(over.rows).toHaveLength(20);
    expect(over.letters).toHaveLength(3);
    await folder.remove();
    expect(
      (await run({ rows: [...bad(5), ...numbered(45)] }, budget(Number.POSITIVE_INFINITY, 0.1))).report
        .exit_code,
    ).toBe(1);
    await folder.remove();
    const ratio = await run(
      { rows: [...numbered(45), ...bad(6)], checkpointEvery: 0 },
      budget(Number.POSITIVE_INFINITY, 0.1),
    );
    expect(ratio.report.error?.error_code).toBe("ERROR_BUDGET_EXCEEDED");
    expect(ratio.rows).toEqual([]);
  });
});

describe("an object that nobody describes", () => {
  const open = { spec: none };

  it("gets one schema from its first records", async () => {
    const rows = Array.from({ length: 25 }, (_, at) => ({
      at,
      part: at < 12 ? null : at / 2,
      when: new Date(at),
    }));
    const { writer, object } = await run({ rows, ...open }, { writer: { accepts: ["arrow"] } });
    expect(object?.schema).toEqual([
      { name: "at", type: "integer" },
      { name: "when", type: "timestamp_tz" },
      { name: "part", type: "number" },
    ]);
    expect(object?.schema_origin).toBe("inferred");
    expect(new Set(writer.schemas.map((schema) => JSON.stringify(schema))).size).toBe(1);
  });

  it("is looked at whole when nothing asks for a commit before", async () => {
    const rows = [{ v: 1 }, ...Array.from({ length: 30 }, () => ({ v: "text" }))];
    const { writer } = await run({ rows, ...open, checkpointEvery: 0 }, { writer: { accepts: ["arrow"] } });
    expect(writer.schemas.every(({ fields }) => fields[0]?.type.kind === "json")).toBe(true);
  });

  it.each(["rows", "arrow"] as const)(
    "widens its schema for later records, and keeps it for later runs (%s)",
    async (form) => {
      const job = { checkpointPolicy: { maxRecords: 1, maxBytes: 1, maxSeconds: 1 } };
      const rows: Row[] = Array.from({ length: 20 }, (_, at) => ({ v: at < 10 ? at : at + 0.5 }));
      const first = await run({ rows, ...open }, { writer: { accepts: [form] }, job });
      expect(first.object?.schema).toEqual([{ name: "v", type: "number" }]);
      expect(first.rows.map(({ v }) => v)).toEqual(expect.arrayContaining([0, 9, 10.5, 19.5]));
      expect(first.object).toMatchObject({ rejected: 0, dropped_fields: {} });
      const more = [...rows, { v: 1, w: "new" }];
      const second = await run({ rows: more, ...open }, { writer: { accepts: [form] }, job });
      expect(second.object).toMatchObject({ schema_origin: "state", read: 1 });
      expect(second.object?.schema).toEqual([
        { name: "v", type: "number" },
        { name: "w", type: "string" },
      ]);
    },
  );

  it("sets aside only what is no record", async () => {
    const { object } = await run({ rows: [{ a: 1 }, 7, null, [1], { a: "x" }], ...open });
    expect(object).toMatchObject({ read: 5, written: 2, rejected: 3 });
  });

  it("takes the columns that its batches have", async () => {
    const batch = inForm("arrow", NUMBERED);
    const { object, writer } = await run(
      { rows: numbered(25), batch, ...open },
      { writer: { accepts: ["arrow"] } },
    );
    expect(object?.schema).toMatchObject([
      { name: "id", type: "integer" },
      { name: "name", type: "string" },
    ]);
    expect(writer.writes.map(({ data }) => data.form)).toEqual(["arrow", "arrow", "arrow"]);
  });
});

describe("columns of other types", () => {
  it("are converted without loss, and rejected where that is impossible", async () => {
    const text: TableSchema = {
      fields: [
        { name: "id", type: { kind: "string" } },
        { name: "name", type: { kind: "string" } },
      ],
    };
    const batch = (rows: readonly Row[]) => compilePacker(text).pack(rows).batch;
    const rows = [
      { id: "1", name: "a" },
      { id: "x", name: "b" },
      { id: "3", name: "c" },
    ];
    const { writer, letters } = await run({ rows, batch }, { writer: { accepts: ["arrow"] } });
    const data = writer.writes[0]?.data;
    expect(data?.form === "arrow" ? unpackRows(data) : []).toEqual([
      { id: 1, name: "a" },
      { id: 3, name: "c" },
    ]);
    expect(letters).toMatchObject([{ index: 1, path: "id", record: { id: "x", name: "b" } }]);
  });

  it("pass untouched when only their order differs", async () => {
    const turned: TableSchema = { fields: NUMBERED.fields.toReversed() };
    const { object } = await run(
      { rows: numbered(5), batch: (rows) => compilePacker(turned).pack(rows).batch },
      { writer: { accepts: ["arrow"] } },
    );
    expect(object).toMatchObject({ written: 5, coercions: [] });
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Project } from "./dativo.js";
import { LIBRARIES_PYTHON, noLibraries, noPython } from "./python/python-here.js";

/** Records with everything that gets lost easily, one of them with a member missing. */
const PYTHON_READER = `from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID
from dativo_ingest.plugins import BaseReader


def records():
    yield {
        "id": 2**60 + 1,
        "price": Decimal("1234567890123.10"),
        "at": datetime(2024, 2, 29, 12, 30, 0, 123456, timezone(timedelta(hours=2))),
        "wall": datetime(2024, 2, 29, 12, 30),
        "day": date(1899, 12, 31),
        "ratio": 2.0,
        "ok": True,
        "raw": b"\\x00\\xff",
        "key": UUID(int=7),
        "nested": {"list": [1, None, {"deep": [2**60 + 1, "é🎉"]}], "when": date(2024, 1, 1)},
        "note": None,
    }
    yield {"id": 2, "price": Decimal("0.01"), "at": datetime(2024, 1, 1, tzinfo=timezone.utc), "wall": datetime(1, 1, 1),
        "day": date(2024, 1, 1), "ratio": -0.5, "ok": False, "raw": b"", "key": UUID(int=8), "nested": {"list": []}, "note": "x"}
    yield {"id": 3}


class Reader(BaseReader):
    def extract(self, state_manager=None):
        yield list(records())
`;

const TS_WRITER = `import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { BaseWriter } from "@dativo/sdk";

const told = (_, value) =>
  typeof value === "bigint" ? { bigint: String(value) } : value?.type === "Buffer" || value instanceof Uint8Array ? { bytes: Buffer.from(value.data ?? value).toString("hex") } : value;

export class Writer extends BaseWriter {
  async writeBatch(records, fileCounter) {
    mkdirSync(this.outputBase, { recursive: true });
    const path = join(this.outputBase, this.assetDefinition.name + "_" + fileCounter + ".jsonl");
    for (const record of records) appendFileSync(path, JSON.stringify(record, told) + "\\n");
    return [{ path, recordCount: records.length }];
  }
}
`;

const TS_READER = `import { BaseReader } from "@dativo/sdk";

export class Reader extends BaseReader {
  async *extract() {
    yield [
      { id: 2n ** 60n + 1n, price: "12.30", at: new Date("2024-02-29T10:30:00.123Z"), wall: "2024-02-29T12:30:00.000001", day: "1899-12-31", ratio: 2, ok: true, raw: new Uint8Array([0, 255]), tags: ["a", null], nested: { list: [1, null, { deep: [2n ** 60n + 1n, "é🎉"] }] }, note: null },
      { id: 2, price: "-0.01", at: new Date(0), wall: "2024-01-01T00:00:00", day: "2024-01-01", ratio: -0.5, ok: false, raw: new Uint8Array(), tags: [], nested: {}, note: "x" },
    ];
  }
}
`;

const ASSET = `name: things
version: "1.0"
source_type: custom
object: things
team: { owner: data@example.com }
schema:
  - { name: id, type: integer, required: true }
  - { name: price, type: "decimal(10,2)" }
  - { name: at, type: timestamp_tz }
  - { name: wall, type: timestamp }
  - { name: day, type: date }
  - { name: ratio, type: double }
  - { name: ok, type: boolean }
  - { name: raw, type: binary }
  - { name: tags, type: "list<string>" }
  - { name: nested, type: json }
  - { name: note, type: string }
`;

const pythonWriter = (form: string, write: string) => `import json, os
from dativo_ingest.plugins import BaseWriter


class Writer(BaseWriter):
    record_form = "${form}"

    def write_batch(self, records, file_counter):
        os.makedirs(self.output_base, exist_ok=True)
        path = os.path.join(self.output_base, f"{self.asset_definition.name}_{file_counter}.txt")
        with open(path, "w", encoding="utf-8") as file:
            ${write}
        columns = {column["name"]: column["type"] for column in self.asset_definition.schema}
        with open(path + ".columns", "w") as file:
            json.dump(columns, file)
        return [{"path": path, "record_count": len(records)}]
`;

async function run(files: Readonly<Record<string, string>>, source: string, target: string, rest = "") {
  const project = new Project({
    ...files,
    "job.yaml": `source:\n${source}\n  objects: [things]\ntarget:\n${target}\n${rest}`,
  });
  const ended = await project.dativo(["run", "job.yaml", "--json"]);
  expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
  return { project, report: JSON.parse(ended.stdout) };
}

const lines = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n"));

const CUSTOM_TARGET = (reference: string) => `  custom_writer: "${reference}"\n  connection: { path: out }`;

describe.skipIf(noPython !== undefined)(`languages in one job (${noPython ?? "Python with others"})`, () => {
  test("Python → TypeScript: every value arrives", async () => {
    const { project } = await run(
      { "reader.py": PYTHON_READER, "writer.ts": TS_WRITER },
      '  custom_reader: "reader.py:Reader"',
      CUSTOM_TARGET("writer.ts:Writer"),
    );
    expect(lines(project.path("out"), ".jsonl").map((line) => JSON.parse(line))).toEqual([
      {
        id: { bigint: String(2n ** 60n + 1n) },
        price: "1234567890123.10",
        at: "2024-02-29T12:30:00.123456+02:00",
        wall: "2024-02-29T12:30:00",
        day: "1899-12-31",
        ratio: 2,
        ok: true,
        raw: { bytes: "00ff" },
        key: "00000000-0000-0000-0000-000000000007",
        nested: {
          list: [1, null, { deep: [{ bigint: String(2n ** 60n + 1n) }, "é🎉"] }],
          when: "2024-01-01",
        },
        note: null,
      },
      {
        id: 2,
        price: "0.01",
        at: "2024-01-01T00:00:00+00:00",
        wall: "0001-01-01T00:00:00",
        day: "2024-01-01",
        ratio: -0.5,
        ok: false,
        raw: { bytes: "" },
        key: "00000000-0000-0000-0000-000000000008",
        nested: { list: [] },
        note: "x",
      },
      // What is missing stays missing.
      { id: 3 },
    ]);
    project.remove();
  });

  test.each([
    ["without pyarrow", "", false],
    ["with pyarrow", `\n  engine: { options: { python: "${LIBRARIES_PYTHON}" } }`, true],
  ])("Python → Parquet: columns have Python's types, %s", async (_, engine, libraries) => {
    if (libraries && noLibraries !== undefined) return expect(process.env.CI).toBeUndefined();
    // Enough records that columns travel as Arrow where pyarrow is.
    const many = PYTHON_READER.replace(
      "yield list(records())",
      "one, two, three = records()\n        for n in range(30): yield [dict(one, n=n)] * 1000\n        yield [two, three]",
    );
    const { project, report } = await run(
      { "reader.py": many },
      `  custom_reader: "reader.py:Reader"${engine}`,
      "  type: parquet\n  connection: { path: out }",
    );
    expect(report.objects[0].written).toBe(30_002);
    const used = report.objects[0].batch_paths.map(({ from }: { from: string }) => from);
    // On Linux both processes share memory, which is passed on by pointer and used again.
    const columns = process.platform === "linux" ? "native" : "arrow";
    expect(used).toEqual(libraries ? ["rows", columns] : ["rows"]);
    const types = Object.fromEntries(
      report.objects[0].schema.map(({ name, type }: { name: string; type: string }) => [name, type]),
    );
    expect(types).toEqual({
      id: "integer",
      price: "decimal(38,9)",
      at: "timestamp_tz",
      wall: "timestamp",
      day: "date",
      ratio: "number",
      ok: "boolean",
      raw: "binary",
      key: "string",
      nested: "json",
      n: "integer",
      note: "string",
    });
    const rows = await project.query(
      `select id::varchar as id, price::varchar as price, epoch_us("at")::varchar as "at", wall::varchar as wall, day::varchar as day,
         ratio, ok, hex(raw) as raw, key, nested::varchar as nested, note, count(*)::int as n
       from things group by all order by id`,
      "job.yaml",
    );
    expect(rows[0]).toMatchObject({
      id: String(2n ** 60n + 1n),
      price: "1234567890123.100000000",
      at: "1709202600123456",
      wall: "2024-02-29 12:30:00",
      day: "1899-12-31",
      ratio: 2,
      raw: "00FF",
      note: null,
      n: 30_000,
    });
    expect(JSON.parse(String(rows[0]?.nested)).list[2].deep[1]).toBe("é🎉");
    expect(String(rows[0]?.nested)).toContain(String(2n ** 60n + 1n));
    expect(rows[1]).toMatchObject({ id: "2", price: "0.010000000", wall: "0001-01-01 00:00:00", n: 1 });
    expect(rows[2]).toMatchObject({ id: "3", price: null, n: 1 });
    project.remove();
  });

  const DECLARED = { "reader.ts": TS_READER, "assets/things.yaml": ASSET };
  const TS_SOURCE = '  custom_reader: "reader.ts:Reader"';

  test("TypeScript → Python: a writer that uses json.dump is given what it takes", async () => {
    const write = 'file.writelines(json.dumps(record) + "\\n" for record in records)';
    const { project } = await run(
      { ...DECLARED, "writer.py": pythonWriter("json", write) },
      TS_SOURCE,
      CUSTOM_TARGET("writer.py:Writer"),
      "asset: things\n",
    );
    const text = lines(project.path("out"), ".txt");
    expect(text[0]).toContain(`"id": ${2n ** 60n + 1n}`);
    expect(text[0]).toContain('"ratio": 2.0');
    expect(text.map((line) => JSON.parse(line))).toMatchObject([
      {
        price: "12.30",
        at: "2024-02-29T10:30:00.123Z",
        wall: "2024-02-29T12:30:00.000001",
        day: "1899-12-31",
        ok: true,
        raw: "AP8=",
        tags: ["a", null],
        nested: { list: [1, null, { deep: [Number(2n ** 60n + 1n), "é🎉"] }] },
        note: null,
      },
      { id: 2, price: "-0.01", at: "1970-01-01T00:00:00Z", ratio: -0.5, tags: [], nested: {}, note: "x" },
    ]);
    expect(JSON.parse(lines(project.path("out"), ".columns")[0] as string)).toMatchObject({
      price: "decimal(10,2)",
      at: "timestamp_tz",
      tags: "list<string>",
    });
    project.remove();
  });

  test("TypeScript → Python: a writer that asks for them is given Python's own values", async () => {
    const { project } = await run(
      {
        ...DECLARED,
        "writer.py": pythonWriter("python", 'file.writelines(repr(r) + "\\n" for r in records)'),
      },
      TS_SOURCE,
      CUSTOM_TARGET("writer.py:Writer"),
      "asset: things\n",
    );
    expect(lines(project.path("out"), ".txt")).toEqual([
      `{'id': ${2n ** 60n + 1n}, 'price': Decimal('12.30'), 'at': datetime.datetime(2024, 2, 29, 10, 30, 0, 123000, tzinfo=datetime.timezone.utc), 'wall': datetime.datetime(2024, 2, 29, 12, 30, 0, 1), 'day': datetime.date(1899, 12, 31), 'ratio': 2.0, 'ok': True, 'raw': b'\\x00\\xff', 'tags': ['a', None], 'nested': {'list': [1, None, {'deep': [${2n ** 60n + 1n}, 'é🎉']}]}, 'note': None}`,
      "{'id': 2, 'price': Decimal('-0.01'), 'at': datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 'wall': datetime.datetime(2024, 1, 1, 0, 0), 'day': datetime.date(2024, 1, 1), 'ratio': -0.5, 'ok': False, 'raw': b'', 'tags': [], 'nested': {}, 'note': 'x'}",
    ]);
    project.remove();
  });

  test.skipIf(noLibraries !== undefined)(
    `TypeScript → Python: a writer of Arrow tables is given them (${noLibraries ?? "pyarrow"})`,
    async () => {
      const write =
        "file.write(str([str(f.type) for f in records.schema][:8]) + '\\n' + str(records.num_rows))";
      const { project } = await run(
        { ...DECLARED, "writer.py": pythonWriter("arrow", write) },
        TS_SOURCE,
        `${CUSTOM_TARGET("writer.py:Writer")}\n  engine: { options: { python: "${LIBRARIES_PYTHON}" } }`,
        "asset: things\n",
      );
      expect(lines(project.path("out"), ".txt")).toEqual([
        "['int64', 'decimal128(10, 2)', 'timestamp[us, tz=UTC]', 'timestamp[us]', 'date32[day]', 'double', 'bool', 'binary']",
        "2",
      ]);
      project.remove();
    },
  );

  test("Python → Python: what one yields the other is given", async () => {
    const { project } = await run(
      {
        "reader.py": PYTHON_READER,
        "writer.py": pythonWriter("python", 'file.writelines(repr(r) + "\\n" for r in records)'),
      },
      '  custom_reader: "reader.py:Reader"',
      CUSTOM_TARGET("writer.py:Writer"),
    );
    const [first, , third] = lines(project.path("out"), ".txt");
    expect(first).toContain(`'id': ${2n ** 60n + 1n}, 'price': Decimal('1234567890123.10')`);
    expect(first).toContain(
      "'at': datetime.datetime(2024, 2, 29, 10, 30, 0, 123456, tzinfo=datetime.timezone.utc)",
    );
    expect(first).toContain("'day': datetime.date(1899, 12, 31), 'ratio': 2.0");
    expect(first).toContain("'raw': b'\\x00\\xff'");
    expect(third).toBe("{'id': 3}");
    project.remove();
  });

  test.skipIf(noLibraries !== undefined)(
    `frames of pandas, polars and pyarrow are batches (${noLibraries ?? "all three"})`,
    async () => {
      const { project, report } = await run(
        {
          "reader.py": `import pandas as pd, polars as pl, pyarrow as pa
from datetime import datetime, timezone
from dativo_ingest.plugins import BaseReader

AT = datetime(2024, 1, 1, 0, 0, 0, 1, timezone.utc)


class Reader(BaseReader):
    def extract(self, state_manager=None):
        yield pd.DataFrame({"id": [1, 2], "x": [0.5, float("nan")], "at": [AT, None]})
        yield pl.DataFrame({"id": [3], "x": [1.5], "at": [AT]})
        yield pa.table({"id": [4], "x": [None], "at": pa.array([AT], pa.timestamp("us", tz="UTC"))})
        yield [{"id": 5, "x": 2.5, "at": AT}]
`,
        },
        `  custom_reader: "reader.py:Reader"\n  engine: { options: { python: "${LIBRARIES_PYTHON}" } }`,
        "  type: parquet\n  connection: { path: out }",
      );
      expect(report.objects[0]).toMatchObject({ read: 5, written: 5 });
      expect(report.objects[0].schema).toMatchObject([
        { type: "integer" },
        { type: "number" },
        { type: "timestamp_tz" },
      ]);
      const rows = await project.query(
        'select id, x, epoch_us("at")::varchar as "at" from things order by id',
        "job.yaml",
      );
      expect(rows).toEqual([
        { id: 1, x: 0.5, at: "1704067200000001" },
        { id: 2, x: null, at: null },
        { id: 3, x: 1.5, at: "1704067200000001" },
        { id: 4, x: null, at: "1704067200000001" },
        { id: 5, x: 2.5, at: "1704067200000001" },
      ]);
      project.remove();
    },
  );
});

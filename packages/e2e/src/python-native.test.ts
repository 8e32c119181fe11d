import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDb } from "@dativo/columnar";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project } from "./dativo.js";
import { buildRustLibraries, hasCargo, rustExample } from "./native/rust-libraries.js";
import { noPython } from "./python/python-here.js";

/** A reader and a writer of the native ABI v1, in Rust without any package. */
const SOURCE = fileURLToPath(new URL("../../runtimes/native/test-fixtures/v1_plugin.rs", import.meta.url));

const missing =
  noPython ??
  (spawnSync("rustc", ["--version"]).status === 0 ? undefined : "skipped: there is no rustc here");

const ASSET = `name: things
version: "1.0"
source_type: custom
object: things
team: { owner: data@example.com }
schema:
  - { name: id, type: integer, required: true }
  - { name: price, type: "decimal(20,2)" }
  - { name: at, type: timestamp_tz }
  - { name: day, type: date }
  - { name: nested, type: json }
  - { name: note, type: string }
`;

const BIG = String(2n ** 60n + 1n);
const RECORDS = [
  `{"id":${BIG},"price":"1234567890123.10","at":"2024-02-29T10:30:00.123456Z","day":"1899-12-31","nested":{"list":[1,null,{"deep":[${BIG},"é🎉"]}]},"note":null}`,
  '{"id":2,"price":"-0.01","at":"1970-01-01T00:00:00Z","day":"2024-01-01","nested":[],"note":"x"}',
];

const PYTHON_READER = `from datetime import date, datetime, timezone
from decimal import Decimal
from dativo_ingest.plugins import BaseReader


class Reader(BaseReader):
    def extract(self, state_manager=None):
        yield [
            {"id": ${BIG}, "price": Decimal("1234567890123.10"), "at": datetime(2024, 2, 29, 10, 30, 0, 123456, timezone.utc), "day": date(1899, 12, 31), "nested": {"list": [1, None, {"deep": [${BIG}, "é🎉"]}]}, "note": None},
            {"id": 2, "price": Decimal("-0.01"), "at": datetime(1970, 1, 1, tzinfo=timezone.utc), "day": date(2024, 1, 1), "nested": [], "note": "x"},
        ]
`;

const PYTHON_WRITER = `import os
from dativo_ingest.plugins import BaseWriter


class Writer(BaseWriter):
    record_form = "python"

    def write_batch(self, records, file_counter):
        os.makedirs(self.output_base, exist_ok=True)
        path = os.path.join(self.output_base, f"{file_counter}.txt")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(repr(record) + "\\n" for record in records)
        return [{"path": path, "record_count": len(records)}]
`;

describe.skipIf(missing !== undefined)(`Rust and Python in one job (${missing ?? "ABI v1"})`, () => {
  let folder: string;
  let library: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "dativo-native-"));
    library = join(folder, "libplugin.so");
    execFileSync("rustc", ["--edition", "2021", "--crate-type", "cdylib", "-o", library, SOURCE]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("Rust → Python: Python's own values", async () => {
    const project = new Project({
      "records.jsonl": RECORDS.join("\n"),
      "writer.py": PYTHON_WRITER,
      "assets/things.yaml": ASSET,
    });
    project.write(
      "job.yaml",
      `source:
  custom_reader: "${library}:create_reader"
  connection: { lines: "${project.path("records.jsonl")}" }
  objects: [things]
target:
  custom_writer: "writer.py:Writer"
  connection: { path: out }
asset: things
`,
    );
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    const text = readdirSync(project.path("out")).map((name) =>
      readFileSync(project.path("out", name), "utf8"),
    );
    expect(text.join("").trimEnd().split("\n")).toEqual([
      `{'id': ${BIG}, 'price': Decimal('1234567890123.10'), 'at': datetime.datetime(2024, 2, 29, 10, 30, 0, 123456, tzinfo=datetime.timezone.utc), 'day': datetime.date(1899, 12, 31), 'nested': {'list': [1, None, {'deep': [${BIG}, 'é🎉']}]}, 'note': None}`,
      "{'id': 2, 'price': Decimal('-0.01'), 'at': datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc), 'day': datetime.date(2024, 1, 1), 'nested': [], 'note': 'x'}",
    ]);
    project.remove();
  });

  test("Python → Rust: the same text that Rust would have yielded", async () => {
    const project = new Project({ "reader.py": PYTHON_READER, "assets/things.yaml": ASSET });
    project.write(
      "job.yaml",
      `source:
  custom_reader: "reader.py:Reader"
  objects: [things]
target:
  custom_writer: "${library}:create_writer"
  connection: { path: out }
asset: things
`,
    );
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    const [file] = readdirSync(project.path("out"));
    expect(readFileSync(project.path("out", String(file)), "utf8")).toBe(`[${RECORDS.join(",")}]`);
    project.remove();
  });
});

const NESTED_ASSET = `${ASSET}  - { name: tags, type: "list<string>" }
  - { name: place, type: "struct<name: string, at: list<number>>" }
`;

/** The records of `PYTHON_READER`, with a list and a struct of declared types. */
const NESTED_READER = PYTHON_READER.replace(
  '"note": None}',
  '"note": None, "tags": ["a", None, "é🎉"], "place": {"name": "Zürich", "at": [47.4, 8.5]}}',
);

const noRust = noPython ?? (hasCargo ? undefined : "skipped: there is no cargo here");

describe.skipIf(noRust !== undefined)(`Rust and Python in one job (${noRust ?? "ABI v2"})`, () => {
  beforeAll(() => buildRustLibraries(), 900_000);

  test("Python → Rust: a Parquet file with every value as it was", async () => {
    const project = new Project({ "reader.py": NESTED_READER, "assets/things.yaml": NESTED_ASSET });
    project.write(
      "job.yaml",
      `source:
  custom_reader: "reader.py:Reader"
  objects: [things]
target:
  custom_writer: "${rustExample("parquet-writer")}:create_writer"
  connection: { path: out }
asset: things
`,
    );
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    await using database = await DuckDb.open();
    const { rows } = await database
      .connect()
      .query(
        `SELECT id::varchar AS id, price::varchar AS price, epoch_us("at")::varchar AS "at", "day"::varchar AS "day", nested::varchar AS nested, note, tags::varchar AS tags, place::varchar AS place FROM '${project.path("out")}/**/*.parquet' ORDER BY note NULLS FIRST`,
      );
    expect(rows).toEqual([
      {
        id: BIG,
        price: "1234567890123.10",
        at: "1709202600123456",
        day: "1899-12-31",
        nested: `{"list":[1,null,{"deep":[${BIG},"é🎉"]}]}`,
        note: null,
        tags: "[a, NULL, é🎉]",
        place: "{'name': Zürich, 'at': [47.4, 8.5]}",
      },
      {
        id: "2",
        price: "-0.01",
        at: "0",
        day: "2024-01-01",
        nested: "[]",
        note: "x",
        tags: null,
        place: null,
      },
    ]);
    project.remove();
  });

  test("Rust → Python: columns become Python's own values, each record once", async () => {
    const project = new Project({ "writer.py": PYTHON_WRITER });
    project.write(
      "job.yaml",
      `source:
  custom_reader: "${rustExample("generate")}:create_reader"
  connection: { rows: 25000, batch_rows: 7000 }
  objects: [records]
target:
  custom_writer: "writer.py:Writer"
  connection: { path: out }
`,
    );
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr + ended.stdout).toBe(0);
    const lines = readdirSync(project.path("out")).flatMap((name) =>
      readFileSync(project.path("out", name), "utf8").trimEnd().split("\n"),
    );
    const ids = lines.map((line) => Number(/'id': (\d+)/.exec(line)?.[1]));
    expect(ids.sort((left, right) => left - right)).toEqual(Array.from({ length: 25_000 }, (_, id) => id));
    expect(lines.find((line) => line.startsWith("{'id': 99,"))).toBe(
      "{'id': 99, 'account': 40339, 'amount': 0.99, 'quantity': 49, 'active': True, 'created_at': datetime.datetime(2026, 1, 1, 0, 1, 39, tzinfo=datetime.timezone.utc), 'name': 'customer 0099', 'city': None}",
    );
    project.remove();
  });
});

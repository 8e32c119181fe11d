import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtinReaders } from "../builtin.js";
import { extract, openReader, query, rejectsOf, rowsOf, temporaryFolder } from "../testing/open-plugins.js";

async function readCsv(content: string | Buffer, entry: Record<string, unknown> = {}) {
  const base = temporaryFolder();
  writeFileSync(join(base, "x.csv"), content);
  const reader = await openReader(
    await builtinReaders.csv(),
    { files: [{ path: "x.csv", ...entry }] as never },
    base,
  );
  const events = await extract(reader, ["x"]);
  const object = events.find((event) => event.type === "object");
  return {
    types: Object.fromEntries(
      (object?.object.schema?.fields ?? []).map((field) => [field.name, field.type.kind]),
    ),
    rows: await rowsOf(events),
    rejects: await rejectsOf(events),
  };
}

describe("types", () => {
  it.each([
    ["integer", ["1", "-5", "0", "9223372036854775807"]],
    ["number", ["1", "2.5", "1e3", "-0.25"]],
    ["number", ["0.30000000000000004", "nan", "1"]],
    ["boolean", ["true", "False", "TRUE"]],
    ["date", ["2020-01-01", "1999-12-31"]],
    ["timestamp", ["2020-01-01 10:00:00", "2020-01-01T10:00:00.123456"]],
    ["timestamp", ["2020-01-01T10:00:00Z", "2020-01-01 10:00:00+02:00"]],
    ["string", ["007", "8"]],
    ["string", ["+491511234567"]],
    ["string", ["1", "9223372036854775808"]],
    ["string", ["0.12345678901234567890"]],
    ["string", ["12345678901234567890", "1.5"]],
    ["string", ["1_000"]],
    ["string", ["0x1f"]],
    ["string", ["01/02/2020"]],
    ["string", ["2020-1-1"]],
    ["string", ["2020-01-01 00:00:00.1234567"]],
    ["string", ["2020-01-01 10:00:00", "2020-01-01 10:00:00Z"]],
    ["string", ["infinity"]],
    ["string", ["epoch"]],
    ["string", ["1e400"]],
    ["string", ["true", "1"]],
    ["string", [" 42"]],
    ["string", ["yes"]],
  ])("%s holds %j without loss", async (kind, values) => {
    const { types } = await readCsv(`v,w\n${values.map((value) => `${value},x\n`).join("")}`);
    expect(types).toEqual({ v: kind, w: "string" });
  });

  it("looks at all of a file that is not large, not only at its beginning", async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `${index},${index},${index}`);
    const { types, rows, rejects } = await readCsv(`a,b,c\n${lines.join("\n")}\n1.5,007,1\n`);
    expect(types).toEqual({ a: "number", b: "string", c: "integer" });
    expect(rejects).toEqual([]);
    expect(rows).toHaveLength(60_001);
  });

  it("takes the types that are declared", async () => {
    const { rows } = await readCsv('a,b,c,d\n1,2.50,"[1,2]",AQI=\n', {
      columns: { a: "string", b: "decimal(10,2)", c: "list<integer>", d: "binary" },
    });
    expect(rows).toEqual([{ a: "1", b: "2.50", c: [1, 2], d: new Uint8Array([1, 2]) }]);
  });
});

describe("dialects", () => {
  it.each([
    ["a;b\n1;x,y\n", {}, [{ a: 1, b: "x,y" }]],
    ["a\tb\n1\tx\n", {}, [{ a: 1, b: "x" }]],
    ["a|b\n1|x\n", {}, [{ a: 1, b: "x" }]],
    ['"a,1";b\n1;x\n', {}, [{ "a,1": 1, b: "x" }]],
    [
      "1,x\n2,y\n",
      { header: false },
      [
        { column0: 1, column1: "x" },
        { column0: 2, column1: "y" },
      ],
    ],
    ["a,a,A,\n1,2,3,4\n", {}, [{ a: 1, a_1: 2, A_2: 3, column3: 4 }]],
    ['a,b\n"",\n', {}, [{ a: "", b: null }]],
    [
      "a,b\nNULL,x\n-,y\n",
      { null_values: ["NULL", "-"] },
      [
        { a: null, b: "x" },
        { a: null, b: "y" },
      ],
    ],
    ["a,b\n'x,1',2\n", { quote: "'" }, [{ a: "x,1", b: 2 }]],
    ['a,b\n"x\\"1",2\n', { escape: "\\" }, [{ a: 'x"1', b: 2 }]],
    ["\ufeffa,b\r\n1,x\r\n", {}, [{ a: 1, b: "x" }]],
    ['"a\nb",c\n1,2\n', {}, [{ "a\nb": 1, c: 2 }]],
    ["a::b\n1::2\n", { delimiter: "::" }, [{ a: 1, b: 2 }]],
  ])("%j with %j", async (content, entry, rows) => {
    expect((await readCsv(content, entry)).rows).toEqual(rows);
  });

  it.each([
    ["latin-1", "latin1"],
    ["utf-16", "utf16le"],
  ] as const)("reads %s", async (encoding, node) => {
    expect((await readCsv(Buffer.from("a,b\n1,é\n", node), { encoding })).rows).toEqual([{ a: 1, b: "é" }]);
  });

  it("keeps a partition-like folder from adding columns", async () => {
    expect((await readCsv("a,b\n1,2\n")).rows).toEqual([{ a: 1, b: 2 }]);
  });
});

describe("bad records", () => {
  it("sets aside each line that cannot be split into values, and reads the others", async () => {
    const { rows, rejects } = await readCsv("a,b\n1,x\n2\n3,y,z\n4,w\n");
    expect(rows).toEqual([
      { a: 1, b: "x" },
      { a: 4, b: "w" },
    ]);
    expect(rejects).toEqual([
      {
        reason: "missing_columns",
        path: expect.stringMatching(/\.csv line 3$/),
        expected: "2 values",
        got: "1 values",
        record: "2",
      },
      {
        reason: "too_many_columns",
        path: expect.stringMatching(/\.csv line 4$/),
        expected: "2 values",
        got: "3 values",
        record: "3,y,z",
      },
    ]);
  });

  it("sets aside records whose values do not fit the declared types", async () => {
    const { rows, rejects } = await readCsv("a,b\n1,x\n1.5,y\n,z\n", { columns: { a: "integer" } });
    expect(rows).toEqual([
      { a: 1, b: "x" },
      { a: null, b: "z" },
    ]);
    expect(rejects).toEqual([
      {
        reason: "type",
        path: "a",
        expected: "integer",
        got: "text of 3 characters",
        record: { a: "1.5", b: "y" },
      },
    ]);
  });

  it.each([0, 1, 2])(
    "sets aside a line whose column %i is no text, and keeps DuckDB alive",
    async (column) => {
      const bad = ["1", "2", "3"].map((value, index) => (index === column ? "\xff" : value)).join(",");
      const { rows, rejects } = await readCsv(Buffer.from(`a,b,c\n1,2,3\n${bad}\n4,5,6\n`, "latin1"));
      expect(rows).toEqual([
        { a: 1, b: 2, c: 3 },
        { a: 4, b: 5, c: 6 },
      ]);
      expect(rejects).toHaveLength(1);
      expect(await query("SELECT 1 AS alive")).toEqual([{ alive: 1 }]);
    },
  );

  it("finds a quote that is not closed whatever columns are typed", async () => {
    const { rows, rejects } = await readCsv('a,b\n1,x\n2,"y\n');
    expect(rows).toEqual([{ a: 1, b: "x" }]);
    expect(rejects).toHaveLength(1);
  });

  it("stops at the first one when asked to", async () => {
    await expect(readCsv(`a\n${"1\n".repeat(30_000)}x\n`, { bad_records: "stop" })).rejects.toThrow(
      /column a is no integer/,
    );
  });
});

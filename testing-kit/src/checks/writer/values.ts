import type { FieldType, Row, TableSchema } from "@dativo/protocol";
import { canonical } from "../../plugin/canonical.js";
import { SCHEMA, sampleRows } from "../../plugin/sample-rows.js";
import type { WriterLab } from "../../plugin/writer-lab.js";
import { writerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { mustBeReadable, sameStored, storedDifference } from "./stored.js";

/** Values that targets trip over, by type; each is legal in its column. */
const HOSTILE: readonly (readonly [FieldType, readonly unknown[]])[] = [
  [{ kind: "integer" }, [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), 0]],
  [{ kind: "number" }, [0.1 + 0.2, 5e-324, 1.7976931348623157e308, -1.5]],
  [
    { kind: "string" },
    [
      "",
      " ",
      "a\u0000b",
      "\r\n",
      '"quoted", and\tmore',
      "'; drop table t; --",
      "\\N",
      "null",
      "\u{1F980} e\u0301",
      "x".repeat(70_000),
    ],
  ],
  [
    { kind: "timestamp", zone: true },
    ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-29T01:30:00Z", "1969-12-31T23:59:59.999Z"],
  ],
  [{ kind: "date" }, ["0001-01-01", "9999-12-31", "2024-02-29"]],
  [
    { kind: "decimal", precision: 38, scale: 10 },
    ["1234567890123456789012345678.0123456789", "-0.0000000001"],
  ],
  [{ kind: "boolean" }, [true, false, null]],
];

/** Writes values of one type among ordinary ones; says what became of each. */
async function fates(
  lab: WriterLab,
  type: FieldType,
  values: readonly unknown[],
): Promise<{
  readonly failed: string | undefined;
  readonly lost: readonly string[];
  readonly badRejects: readonly string[];
}> {
  const schema: TableSchema = {
    fields: [SCHEMA.fields[0] as TableSchema["fields"][number], { name: "value", type }],
    key: ["id"],
  };
  const rows: Row[] = values.map((value, index) => ({ id: index + 1, value }));
  return lab.world({}, async (world) => {
    const writer = await world.open({ schema });
    let staged: Awaited<ReturnType<typeof writer.stage>>;
    try {
      staged = await writer.stage("run-1/people/1", rows);
      await writer.commit(staged);
    } catch (error) {
      return { failed: (error as Error).message, lost: [], badRejects: [] };
    }
    const badRejects = staged.rejected
      .filter(({ index, reason }) => !(index in rows) || typeof reason !== "string" || reason.trim() === "")
      .map((record) => JSON.stringify(record));
    const rejected = new Set(staged.rejected.map(({ index }) => index));
    const visible = ((await world.visible()) ?? []) as readonly Readonly<Record<string, unknown>>[];
    const lost = rows.flatMap((row, index) => {
      const stored = visible.find((candidate) => String(candidate.id) === String(row.id));
      const shown = canonical(row.value).slice(0, 60);
      if (rejected.has(index)) return stored === undefined ? [] : [`${shown}  was rejected and stored`];
      if (stored === undefined) return [`${shown}  neither stored nor rejected`];
      return sameStored(row.value, stored.value)
        ? []
        : [`${shown}  stored as ${canonical(stored.value).slice(0, 60)}`];
    });
    return { failed: undefined, lost, badRejects };
  });
}

export const valuesAreKept = writerCheck({
  id: "W6.values",
  clause: "3.6",
  group: "values",
  tier: "offline",
  title: "Every value is stored as it is or rejected with a reason, and the batch goes on",
  why: "One odd record must not cost the other ten thousand, nor be quietly changed.",
  how: "Writes integers beyond 2^53, extreme numbers, text with NUL and quotes, extreme dates and long decimals, and reads them back.",
  async run(lab) {
    await mustBeReadable(lab);
    const problems: string[] = [];
    for (const [type, values] of HOSTILE) {
      const { failed, lost, badRejects } = await fates(lab, type, values);
      if (failed !== undefined) {
        const culprit = await smallest(lab, type, values);
        fail(`A batch with the ${type.kind} ${culprit} failed as a whole.\n${failed}`, {
          advice: "Reject the one record: return { files, rejected: [{ index, reason }] }.",
        });
      }
      if (badRejects.length > 0)
        fail("A rejected record has no reason, or an index outside its batch.", {
          difference: badRejects[0],
        });
      problems.push(...lost.map((line) => `${type.kind.padEnd(9)} ${line}`));
    }
    if (problems.length > 0)
      fail("Values were changed or lost on the way into the target.", {
        difference: problems.slice(0, 8).join("\n"),
        advice: "Store them without loss, or reject the record with a reason.",
      });
  },
});

/** The first value that makes a batch fail by itself. */
async function smallest(lab: WriterLab, type: FieldType, values: readonly unknown[]): Promise<string> {
  for (const value of values)
    if ((await fates(lab, type, [value])).failed !== undefined) return canonical(value).slice(0, 60);
  return "values given together";
}

const HOSTILE_OBJECTS = [
  "../../escaped",
  "a/b",
  "select",
  "Ünïcode 表",
  "semi;colon",
  "dot.ted",
  ".hidden",
  "x".repeat(150),
];

export const objectNamesAreSafe = writerCheck({
  id: "W5.names",
  clause: "3.5",
  group: "isolation",
  tier: "offline",
  title: "Object names of any kind are stored inside the target, each by itself, or refused",
  why: "Names come from the source: `../` leaves the folder, `/` makes another, and a reserved word breaks a statement.",
  how: "Writes objects with hostile names and looks inside and outside the target.",
  async run(lab) {
    await lab.baseline();
    await lab.world({}, async (world) => {
      for (const object of HOSTILE_OBJECTS) {
        let refused = false;
        try {
          const writer = await world.open({ object, runId: "run-1" });
          await writer.commit(await writer.stage("run-1/people/1", sampleRows(2)));
        } catch {
          refused = true; // with whatever error: nothing was written
        }
        const outside = world.filesOutside();
        if (outside.length > 0)
          fail(`The object ${JSON.stringify(object)} was written outside the target: ${outside.join(", ")}`, {
            advice: "Encode names before they become paths.",
          });
        if (refused && world.files().some((path) => path.includes(object.slice(0, 20))))
          fail(`The object ${JSON.stringify(object.slice(0, 40))} was refused, and left files behind.`);
      }
    });
  },
});

const COLUMNS = [
  "select",
  "Two Words",
  'quo"te',
  "semi;colon",
  "dot.ted",
  "ünïcode",
  "trailing ",
  "__proto__x",
  "1st",
  "a,b",
];

export const columnNamesAreSafe = writerCheck({
  id: "W6.columns",
  clause: "3.6",
  group: "values",
  tier: "offline",
  title: "Column names of any kind are stored as they are",
  why: "Columns come from the source: a quote breaks a header, a dot becomes a level, a reserved word a syntax error.",
  how: "Writes records whose columns have hostile names and reads them back.",
  async run(lab) {
    await mustBeReadable(lab);
    const schema: TableSchema = {
      fields: [
        SCHEMA.fields[0] as TableSchema["fields"][number],
        ...COLUMNS.map((name) => ({ name, type: { kind: "string" } as const })),
      ],
      key: ["id"],
    };
    const rows: Row[] = [1, 2].map((id) => ({
      id,
      ...Object.fromEntries(COLUMNS.map((name) => [name, `${name} ${id}`])),
    }));
    await lab.world({}, async (world) => {
      const writer = await world.open({ schema });
      try {
        await writer.commit(await writer.stage("run-1/people/1", rows));
      } catch (error) {
        fail(`Records with columns named ${COLUMNS.join(", ")} failed.\n${(error as Error).message}`);
      }
      const difference = storedDifference(rows, (await world.visible()) ?? []);
      if (difference !== undefined)
        fail("Columns with unusual names were not stored as they are.", { difference });
    });
  },
});

export const newColumns = writerCheck({
  id: "W6.evolves",
  clause: "3.6",
  group: "values",
  tier: "offline",
  title: "A column that appears later is stored, or refused as a conflict",
  why: "Sources grow columns; a writer that keeps its first header shifts or drops the new values.",
  how: "Commits two records, then two with one more column, and reads all four back.",
  async run(lab) {
    await mustBeReadable(lab);
    await lab.world({}, async (world) => {
      const first = await world.open();
      await first.commit(await first.stage("run-1/people/1", sampleRows(2)), { final: false });
      await first.close();
      const schema: TableSchema = {
        ...SCHEMA,
        fields: [...SCHEMA.fields, { name: "added", type: { kind: "string" } }],
      };
      const rows = sampleRows(2, 3).map((row) => ({ ...row, added: `new ${row.id}` }));
      const second = await world.open({ schema, runId: "run-2", mode: "append" });
      try {
        await second.commit(await second.stage("run-1/people/2", rows));
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === "TARGET_SCHEMA_CONFLICT" || code === "VALIDATION_FAILED") return;
        fail(`Records with a new column failed, but not as a conflict.\n${(error as Error).message}`);
      }
      const difference = storedDifference([...sampleRows(2), ...rows], (await world.visible()) ?? []);
      if (difference !== undefined) fail("A column was added in the second run.", { difference });
    });
  },
});

export const objectsStayApart = writerCheck({
  id: "W2.objects",
  clause: "3.2",
  group: "isolation",
  tier: "offline",
  title: "Two objects that are written at once do not disturb each other",
  why: "A run writes all its objects into one place; a shared file name or a shared buffer mixes them up.",
  how: "Writes two objects in turns with two writers of one run, commits one, and aborts the other by its files and by the run.",
  async run(lab) {
    await mustBeReadable(lab);
    if (!(await lab.baseline()).files) notApplicable("The target is not a folder of files.");
    await lab.world({}, async (world) => {
      const people = await world.open({ object: "people" });
      const orders = await world.open({ object: "orders" });
      const first = await people.stage("run-1/people/1", sampleRows(3));
      const second = await orders.stage("run-1/people/2", sampleRows(3, 100));
      const third = await people.stage("run-1/people/3", sampleRows(3, 4));
      await people.commit(first, { final: false });
      await orders.abort({ scope: "files", files: second.files, token: second.token });
      // Discarding what one object of a run staged must leave alone what the others did.
      await orders.abort({ scope: "run", runId: "run-1" });
      await people.commit(third);
      const visible = (await world.visible("people")) ?? [];
      const difference = storedDifference(sampleRows(6), visible);
      if (difference !== undefined)
        fail("People were written and committed while orders were written and aborted.", { difference });
    });
  },
});

import { compilePacker } from "@dativo/columnar";
import { isDativoError, parseFieldType, type TableSchema } from "@dativo/protocol";
import { canonical, Multiset } from "../../plugin/canonical.js";
import type { ReaderSession } from "../../plugin/reader-session.js";
import type { ReadRecord } from "../../plugin/reading.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { asValue } from "./complete.js";

export const readsWhatIsAsked = readerCheck({
  id: "R7.subset",
  clause: "2.7",
  group: "extraction",
  tier: "offline",
  live: true,
  title: "Only the objects asked for are read",
  why: "Records of another object end up in the wrong table, or are read and paid for in vain.",
  how: "Asks for one object at a time, compares with the full read, and looks for objects that hold the same records.",
  async run(lab) {
    const { objects } = await lab.about();
    const { reading } = await lab.baseline();
    if (objects.length < 2) notApplicable("The job reads a single object.");
    mustDiffer(reading.records);
    for (const object of objects)
      await lab.session({}, async (session) => {
        const one = await session.read({ objects: [object] });
        const what = `extract was asked for ${object} alone.`;
        if (one.error !== undefined) fail(`${what}\nIt failed with ${one.error.code}: ${one.error.message}`);
        const others = [...new Set(one.records.map((record) => record.object))].filter(
          (name) => name !== object,
        );
        if (others.length > 0) fail(`${what}\nIt also yielded records of ${others.join(", ")}.`);
        const wanted = reading.records.filter((record) => record.object === object);
        const have = new Multiset(one.records.map(asValue));
        if (one.records.length !== wanted.length || have.missing(wanted.map(asValue)).length > 0)
          fail(
            `${what}\nIt yielded ${one.records.length} records; with all objects it yields ${wanted.length} of ${object}.`,
          );
      });
  },
});

/** Fails when two objects hold the same records, as they do when a reader does not look at what it is asked for. */
function mustDiffer(records: readonly ReadRecord[]): void {
  const byContent = new Map<string, string>();
  for (const object of new Set(records.map((record) => record.object))) {
    const own = records.filter((record) => record.object === object).map(({ row }) => canonical(row));
    if (own.length < 3) continue;
    const content = own.sort().join("\n");
    const other = byContent.get(content);
    if (other !== undefined)
      fail(`${other} and ${object} hold the same ${own.length} records.`, {
        difference: own[0],
        advice: "Read what objects names, and nothing else.",
      });
    byContent.set(content, object);
  }
}

export const discoveredAreReadable = readerCheck({
  id: "R2.readable",
  clause: "2.2",
  group: "connection",
  tier: "offline",
  title: "Every object that discover names can be read",
  why: "An object that can be chosen and not be read fails in production, for somebody who trusted the list.",
  how: "Reads the start of each discovered object.",
  async run(lab) {
    await lab.baseline();
    await lab.session({}, async (session) => {
      const found = await session.discover();
      if (isDativoError(found)) fail(`discover failed with ${found.code}: ${found.message}`);
      for (const { name } of found.objects.slice(0, 20)) {
        const source = { objects: [name] };
        await lab.session({ source: (given) => ({ ...given, ...source }) }, async (other) => {
          const reading = await other.read({ objects: [name], until: (event) => event.type === "batch" });
          if (reading.error !== undefined)
            fail(
              `discover names ${name}, and reading it failed.\n${reading.error.code}: ${reading.error.message}`,
            );
        });
      }
    });
  },
});

export const estimates = readerCheck({
  id: "R2.estimate",
  clause: "2.2",
  group: "connection",
  tier: "offline",
  title: "An estimate is a number of records, or says that it is unknown",
  why: "Progress and capacity are planned by it; a wrong shape fails the run before it starts.",
  how: "Asks for an estimate and compares its order of magnitude with the full read.",
  async run(lab) {
    const { reading } = await lab.baseline();
    await lab.session({}, async (session) => {
      const estimate = await session.estimate();
      if (isDativoError(estimate)) fail(`estimate failed with ${estimate.code}: ${estimate.message}`);
      if (estimate === null) return;
      const count = reading.records.length;
      if (estimate > count * 10 + 10 || estimate < count / 10 - 10)
        fail(`The estimate is ${estimate} records, and a full read has ${count}.`, {
          advice: "Answer null when the source cannot tell.",
        });
    });
  },
});

export const keepsItsSchema = readerCheck({
  id: "R8.schema",
  clause: "2.8",
  group: "values",
  tier: "offline",
  live: true,
  title: "Records match the columns that the reader declares or discovers",
  why: "A record that does not fit its own schema is rejected at the target, one dead letter at a time.",
  how: "Packs every record of a full read into the columns that it declares, or else those that discover names, as the engine does.",
  async run(lab) {
    const { reading, names } = await lab.baseline();
    const declared = reading.objects.flatMap(({ name, schema }) =>
      schema === undefined ? [] : [{ name, schema }],
    );
    const schemas =
      declared.length > 0 ? declared : await lab.session({}, (session) => discoveredSchemas(session));
    if (schemas.length === 0) notApplicable("The reader declares no columns and discovers none.");
    for (const { name, schema } of schemas) {
      const records = reading.records.filter((record) => record.object === name);
      const { rejected } = compilePacker(schema).pack(
        records.map(({ row }) => row),
        { mode: "warn" },
      );
      const [first] = rejected;
      if (first === undefined) continue;
      const record = records[first.index];
      fail(
        `${rejected.length} of ${records.length} records of ${name} do not fit the columns that the reader names.`,
        {
          difference: `record    ${record === undefined ? first.index : names.of(record)}\nfield     ${first.path}\nexpected  ${first.expected}\ngot       ${first.got}   (${first.reason})`,
          advice: "Correct the declared type, make the column nullable, or convert the value without loss.",
        },
      );
    }
  },
});

/** Columns as discover names them, which the engine uses where a reader declares none. */
async function discoveredSchemas(session: ReaderSession): Promise<{ name: string; schema: TableSchema }[]> {
  const found = await session.discover();
  if (isDativoError(found)) return [];
  return found.objects.flatMap(({ name, columns = [], key }) => {
    if (columns.length === 0) return [];
    const fields = columns.map((column) => ({
      name: column.name,
      type: parseFieldType(column.type),
      ...(column.required === undefined ? {} : { required: column.required }),
    }));
    return [{ name, schema: { fields, ...(key === undefined ? {} : { key }) } }];
  });
}

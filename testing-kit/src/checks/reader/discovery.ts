import { isDativoError, parseFieldType } from "@dativo/protocol";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";

export const discovers = readerCheck({
  id: "R2.objects",
  clause: "2.2",
  group: "connection",
  tier: "offline",
  live: true,
  title: "discover names every object that the job reads, each once",
  why: "What discover does not name cannot be chosen, and a run validates objects against it.",
  how: "Calls discover and compares its objects with those that the job reads.",
  async run(lab) {
    const { objects } = await lab.about();
    await lab.session({}, async (session) => {
      const found = await session.discover();
      if (isDativoError(found)) fail(`discover failed with ${found.code}: ${found.message}`);
      const names = found.objects.map(({ name }) => name);
      const { note } = found.metadata ?? {};
      if (names.length === 0 && typeof note === "string") notApplicable(note);
      if (names.length === 0) fail("discover found no object at all.");
      const twice = names.filter((name, index) => names.indexOf(name) !== index);
      if (twice.length > 0) fail(`discover names ${twice.join(", ")} more than once.`);
      const unnamed = objects.filter((name) => !names.includes(name));
      if (unnamed.length > 0)
        fail(`The job reads ${unnamed.join(", ")}, and discover names only ${names.join(", ")}.`);
    });
  },
});

export const discoversColumns = readerCheck({
  id: "R2.columns",
  clause: "2.2",
  group: "connection",
  tier: "offline",
  live: true,
  title: "The columns that discover names have types, and records have those columns",
  why: "Targets are made from discovered columns; a column that no record has stays empty for ever.",
  how: "Compares discovered columns with the records of a full read.",
  async run(lab) {
    const { reading } = await lab.baseline();
    await lab.session({}, async (session) => {
      const found = await session.discover();
      if (isDativoError(found)) fail(`discover failed with ${found.code}: ${found.message}`);
      for (const { name: object, columns = [], key = [], cursor } of found.objects) {
        const rows = reading.records.filter((record) => record.object === object);
        for (const { name, type } of columns) {
          try {
            parseFieldType(type);
          } catch {
            fail(`discover says that ${object}.${name} is of type ${JSON.stringify(type)}, which is none.`, {
              advice: "Write a field type such as string, integer, decimal(10,2), timestamp or list<string>.",
            });
          }
          if (rows.length > 0 && rows.every(({ row }) => row[name] === undefined))
            fail(`discover names the column ${object}.${name}, and none of ${rows.length} records has it.`);
        }
        const known = new Set(columns.map(({ name }) => name));
        const astray = [...key, ...(cursor === undefined ? [] : [cursor])].filter((name) => !known.has(name));
        if (columns.length > 0 && astray.length > 0)
          fail(`${object} has ${astray.join(", ")} as key or cursor, which is not among its columns.`);
      }
    });
  },
});

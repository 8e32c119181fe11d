import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { withDefaults } from "../answers/defaults.js";
import { render } from "../template/render.js";
import type { TemplateBundle } from "../template/template-bundle.js";
import { emptyFolder, treeOf } from "../testing/command.js";
import { ProjectFolder } from "../tree/project-folder.js";
import { writeChanges } from "../tree/write-changes.js";
import { MIGRATIONS, type Migration } from "./migrations.js";
import { RECORD_PATH, readRecord, recordOf, recordText } from "./scaffold-record.js";
import { planUpgrade } from "./upgrade-plan.js";

const files = [
  { path: "a.txt", source: "{{name}}\n" },
  { path: "b.txt", source: "b\n" },
];
const bundle: TemplateBundle = { version: "0.1.0", templates: { "ts-reader": files } };

/** Renames a file, whatever its owner made of it. */
const RENAME: Migration = {
  number: 2,
  summary: "b.txt is called c.txt",
  apply: (project) => {
    const text = project.read("b.txt");
    return new Map(text === undefined ? [] : [["c.txt", text] as const, ["b.txt", null] as const]);
  },
};
const SHOUT: Migration = {
  number: 1,
  summary: "a.txt shouts",
  apply: (project) => new Map([["a.txt", (project.read("a.txt") ?? "").toUpperCase()]]),
};

it("migrations are applied in order to what merging gives, once, and keep edits", () => {
  const folder = new ProjectFolder(emptyFolder());
  const answers = withDefaults({ name: "acme" });
  const made = render(bundle, answers);
  writeChanges(
    folder,
    [...made, [RECORD_PATH, recordText(recordOf("0.1.0", answers, made, []))] as const].map(
      ([path, text]) => ({
        path,
        action: "create",
        text,
      }),
    ),
  );
  writeFileSync(join(folder.root, "b.txt"), "mine\n");
  const next: TemplateBundle = {
    version: "0.2.0",
    templates: {
      "ts-reader": [{ path: "a.txt", source: "new {{name}}\n" }, files[1] as (typeof files)[number]],
    },
  };
  const plan = () =>
    planUpgrade({ folder, record: readRecord(folder), bundle: next }, () => bundle, [SHOUT, RENAME]);
  const first = plan();
  expect(first.migrations.map(({ number }) => number)).toEqual([1, 2]);
  writeChanges(folder, first.changes);
  const after = treeOf(folder.root);
  expect(after).toMatchObject({ "a.txt": "NEW ACME\n", "c.txt": "mine\n" });
  expect(after["b.txt"]).toBeUndefined();
  expect(plan()).toEqual({ changes: [], migrations: [] });
});

it("numbers are used once and go up", () => {
  const numbers = MIGRATIONS.map(({ number }) => number);
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});

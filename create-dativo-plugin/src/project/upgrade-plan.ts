import { Failure } from "../failure.js";
import { type Files, render } from "../template/render.js";
import type { TemplateBundle } from "../template/template-bundle.js";
import type { Change } from "../tree/plan-changes.js";
import { planMerge } from "../tree/plan-merge.js";
import { ProjectFolder } from "../tree/project-folder.js";
import { MIGRATIONS, type Migration } from "./migrations.js";
import type { OpenProject } from "./open-project.js";
import { hashOf, RECORD_PATH, recordOf, recordText } from "./scaffold-record.js";

/** What an upgrade would do. */
export interface UpgradePlan {
  readonly changes: readonly Change[];
  /** Migrations that it applies, in order. */
  readonly migrations: readonly Migration[];
}

/**
 * Plans the way of a project to the templates of this version; nothing is written.
 *
 * @param earlier Finds the templates of the version that the project is from
 * @throws Failure `USAGE` when the project is from a version that is not known here
 */
export function planUpgrade(
  { folder, record, bundle }: OpenProject,
  earlier: (version: string) => TemplateBundle | undefined,
  migrations: readonly Migration[] = MIGRATIONS,
): UpgradePlan {
  const pending = migrations.filter(({ number }) => !record.migrations.includes(number));
  if (record.version === bundle.version && pending.length === 0) return { changes: [], migrations: [] };
  const before = record.version === bundle.version ? bundle : earlier(record.version);
  if (before === undefined)
    throw new Failure(
      "USAGE",
      `This project is from version ${record.version}, which ${bundle.version} does not know.`,
      "Use the newest: npx create-dativo-plugin@latest upgrade",
    );
  const next = render(bundle, record.answers);
  // A text counts as known when it is the one that was written, whatever the templates of then give today.
  const rendered = render(before, record.answers);
  const base: Files = new Map([...rendered].filter(([path, text]) => record.files[path] === hashOf(text)));
  const merged = planMerge(folder, base, next, new Set(Object.keys(record.files)));
  const migrated = applyMigrations(folder, merged, pending);
  const applied = [...new Set([...record.migrations, ...migrations.map(({ number }) => number)])];
  const recorded = recordText(recordOf(bundle.version, record.answers, next, applied));
  return {
    changes: [...migrated, { path: RECORD_PATH, action: "update", text: recorded }],
    migrations: pending,
  };
}

function applyMigrations(
  folder: ProjectFolder,
  changes: readonly Change[],
  pending: readonly Migration[],
): Change[] {
  const planned = new Map(changes.map((change) => [change.path, change]));
  const overlay = new PlannedFolder(folder.root, planned);
  for (const migration of pending)
    for (const [path, text] of migration.apply(overlay)) {
      const present = folder.read(path);
      if (text === null) planned.set(path, { path, action: present === undefined ? "same" : "delete" });
      else if (text === present) planned.set(path, { path, action: "same" });
      else planned.set(path, { path, action: present === undefined ? "create" : "update", text });
    }
  return [...planned.values()];
}

/** A project as it will be after planned changes. */
class PlannedFolder extends ProjectFolder {
  constructor(
    root: string,
    private readonly planned: ReadonlyMap<string, Change>,
  ) {
    super(root);
  }

  override read(path: string): string | undefined {
    const change = this.planned.get(path);
    if (change?.action === "delete") return undefined;
    return change?.text ?? super.read(path);
  }
}

import { Failure } from "../failure.js";
import { loadBundle } from "../template/load-bundle.js";
import type { TemplateBundle } from "../template/template-bundle.js";
import { hasConflictMarkers } from "../tree/merge.js";
import { shortList } from "../tree/plan-changes.js";
import { ProjectFolder } from "../tree/project-folder.js";
import { readRecord, type ScaffoldRecord } from "./scaffold-record.js";

/** A project that this scaffolder made, with the templates of this version. */
export interface OpenProject {
  readonly folder: ProjectFolder;
  readonly record: ScaffoldRecord;
  readonly bundle: TemplateBundle;
}

/** @throws Failure `NOT_A_PROJECT` */
export function openProject(directory: string | boolean | undefined): OpenProject {
  const folder = new ProjectFolder(typeof directory === "string" ? directory : ".");
  return { folder, record: readRecord(folder), bundle: loadBundle() };
}

/** Files that an earlier merge left with conflict markers. */
export function conflictedFiles({ folder, record }: Pick<OpenProject, "folder" | "record">): string[] {
  return Object.keys(record.files).filter((path) => hasConflictMarkers(folder.read(path) ?? ""));
}

/**
 * For commands that add to a project: it must be of this version, and free of conflict markers.
 *
 * @throws Failure `USAGE`, `MERGE_CONFLICT`
 */
export function requireCurrent(project: OpenProject): void {
  const { record, bundle } = project;
  if (record.version !== bundle.version)
    throw new Failure(
      "USAGE",
      `This project is from version ${record.version}, and this is ${bundle.version}.`,
      `Upgrade it first: npx create-dativo-plugin upgrade\nOr use its own version: npx create-dativo-plugin@${record.version} add …`,
    );
  const conflicted = conflictedFiles(project);
  if (conflicted.length > 0)
    throw new Failure(
      "MERGE_CONFLICT",
      `${shortList(conflicted)} still holds conflict markers.`,
      "Resolve them first.",
    );
}

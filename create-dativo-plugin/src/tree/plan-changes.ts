import type { ConflictPolicy } from "../command-line/options.js";
import { Failure } from "../failure.js";
import type { Files } from "../template/render.js";
import { mergeWithoutBase } from "./merge.js";
import type { ProjectFolder } from "./project-folder.js";

/** What happens to one file. */
export interface Change {
  readonly path: string;
  readonly action: "create" | "update" | "delete" | "keep" | "same";
  /** Text it will have; undefined when nothing is written. */
  readonly text?: string;
  /** Whether the text holds conflict markers. */
  readonly conflict?: boolean;
}

/**
 * Compares files to create with what is there, and decides on each by the policy; nothing is written.
 *
 * @throws Failure `TARGET_CONFLICT` with policy `abort`, naming the files in the way
 */
export function planCreation(folder: ProjectFolder, files: Files, policy: ConflictPolicy): Change[] {
  const changes = [...files].map(([path, text]) => planOne(folder, path, text, policy));
  const inTheWay = changes.filter(({ action }) => action === "keep").map(({ path }) => path);
  if (policy !== "abort" || inTheWay.length === 0) return changes;
  throw new Failure(
    "TARGET_CONFLICT",
    `${folder.root} already holds ${shortList(inTheWay)}. Nothing was written.`,
    "Name another folder, or say what to do with them: --on-conflict skip, overwrite or merge.",
  );
}

function planOne(folder: ProjectFolder, path: string, text: string, policy: ConflictPolicy): Change {
  const present = folder.read(path);
  if (present === undefined) return { path, action: "create", text };
  if (present.replaceAll("\r\n", "\n") === text) return { path, action: "same" };
  if (policy === "overwrite") return { path, action: "update", text };
  if (policy === "merge") {
    const merged = mergeWithoutBase(present, text);
    if (merged.text === present) return { path, action: "same" };
    return { path, action: "update", text: merged.text, conflict: merged.conflict };
  }
  return { path, action: "keep" };
}

/** Some names as text, the first few of many. */
export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

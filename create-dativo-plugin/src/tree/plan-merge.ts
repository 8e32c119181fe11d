import type { Files } from "../template/render.js";
import { type Merged, mergeThreeWay, mergeWithoutBase } from "./merge.js";
import { mergeJson } from "./merge-json.js";
import type { Change } from "./plan-changes.js";
import type { ProjectFolder } from "./project-folder.js";

/**
 * Brings files from one state of the template to another, below the edits of the project's owner; nothing is written.
 *
 * What only one side changed is taken from it. A file that the owner deleted stays deleted, one that the owner changed
 * is never removed, and where both changed the same lines the file gets conflict markers.
 *
 * @param base What the template gave before; files whose text is not known are left out
 * @param next What it gives now
 * @param known Paths that the template gave before, with or without a known text
 */
export function planMerge(
  folder: ProjectFolder,
  base: Files,
  next: Files,
  known: ReadonlySet<string> = new Set(base.keys()),
): Change[] {
  const paths = [...new Set([...known, ...next.keys()])].sort();
  return paths.map((path) =>
    planOne(folder.read(path), path, base.get(path), next.get(path), known.has(path)),
  );
}

function planOne(
  present: string | undefined,
  path: string,
  before: string | undefined,
  now: string | undefined,
  wasThere: boolean,
): Change {
  if (present === undefined) {
    if (now === undefined || wasThere) return { path, action: now === undefined ? "same" : "keep" };
    return { path, action: "create", text: now };
  }
  const yours = present.replaceAll("\r\n", "\n");
  if (now === undefined) return { path, action: yours === before ? "delete" : "keep" };
  if (yours === now) return { path, action: "same" };
  if (before === now) return { path, action: "keep" };
  if (yours === before) return { path, action: "update", text: now };
  const merged = mergeOf(path, present, before, now);
  return merged.text === present
    ? { path, action: "keep" }
    : { path, action: "update", text: merged.text, ...(merged.conflict ? { conflict: true } : {}) };
}

function mergeOf(path: string, yours: string, before: string | undefined, now: string): Merged {
  if (before === undefined) return mergeWithoutBase(yours, now);
  const json = path.endsWith(".json") ? mergeJson(yours, before, now) : undefined;
  return json === undefined ? mergeThreeWay(yours, before, now) : { text: json, conflict: false };
}

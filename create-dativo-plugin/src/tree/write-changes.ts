import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Failure } from "../failure.js";
import type { Change } from "./plan-changes.js";
import type { ProjectFolder } from "./project-folder.js";

/**
 * Writes planned changes, all of them or none: what was done is undone when one fails.
 *
 * It does not yield to the event loop, so that no interruption comes between two files.
 *
 * @throws Failure `TARGET_CONFLICT` when a file cannot be written
 */
export function writeChanges(folder: ProjectFolder, changes: readonly Change[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const { path, text, action } of changes) {
      const place = folder.placeOf(path);
      const before = folder.read(path);
      if (action === "delete" && before !== undefined) {
        rmSync(place);
        undo.push(() => writeFileSync(place, before));
      }
      if (text === undefined) continue;
      makeFolder(dirname(place), undo);
      undo.push(
        before === undefined ? () => rmSync(place, { force: true }) : () => writeFileSync(place, before),
      );
      // Written beside it and moved, so that a full disk does not cut a file that was there.
      const beside = `${place}.${process.pid}.tmp`;
      try {
        writeFileSync(beside, text, { flag: "wx" });
        renameSync(beside, place);
      } catch (error) {
        rmSync(beside, { force: true });
        throw error;
      }
    }
  } catch (error) {
    for (const step of undo.reverse()) attempt(step);
    if (error instanceof Failure) throw error;
    throw new Failure(
      "TARGET_CONFLICT",
      `The project could not be written: ${(error as Error).message}. Nothing was.`,
    );
  }
}

function makeFolder(place: string, undo: (() => void)[]): void {
  const first = mkdirSync(place, { recursive: true });
  if (first === undefined) return;
  undo.push(() => {
    for (let folder = place; folder.length >= first.length; folder = dirname(folder)) rmdirSync(folder);
  });
}

function attempt(step: () => void): void {
  try {
    step();
  } catch {
    // What cannot be undone is left; the error that led here says why.
  }
}

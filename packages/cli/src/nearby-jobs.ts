import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";

/** Folders in which job files are looked for, below the current one. */
const FOLDERS = [".", "jobs", "job", "config/jobs"];

/** Bytes of a file that are looked at; a job names its source and target early. */
const LARGEST_JOB = 1 << 20;

/** Job files in the folder and in `jobs/` below it, as paths relative to it. */
export function nearbyJobs(folder: string): string[] {
  const found: string[] = [];
  for (const below of FOLDERS) {
    for (const name of entriesOf(join(folder, below))) {
      const path = join(folder, below, name);
      if (/\.ya?ml$/i.test(name) && looksLikeJob(path)) found.push(relative(folder, path));
    }
  }
  return found;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function looksLikeJob(path: string): boolean {
  try {
    if (!statSync(path).isFile() || statSync(path).size > LARGEST_JOB) return false;
    const text = readFileSync(path, "utf8");
    return /^["']?source["']?\s*:/m.test(text) && /^["']?target["']?\s*:/m.test(text);
  } catch {
    return false;
  }
}

import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { Journal, type ResolvedJob, RunDirectory } from "@dativo/engine";

/** Files that a job's runs committed and that are still there, by object. */
export async function committedFiles(job: ResolvedJob): Promise<Map<string, string[]>> {
  const found = new Map<string, Set<string>>();
  for (const { directory, job: key } of await RunDirectory.list(job.stateDir)) {
    if (key !== job.key) continue;
    const records = await Journal.read(join(directory, "journal.jsonl"));
    const committed = new Set(
      records.flatMap((record) => (record.type === "committed" ? [record.token] : [])),
    );
    for (const record of records) {
      if (record.type !== "prepare" || !committed.has(record.token)) continue;
      const files = found.get(record.object) ?? new Set();
      for (const { path } of record.files) {
        const absolute = isAbsolute(path) ? path : join(job.projectRoot, path);
        if (existsSync(absolute)) files.add(absolute);
      }
      found.set(record.object, files);
    }
  }
  return new Map([...found].map(([object, files]) => [object, [...files].sort()]));
}

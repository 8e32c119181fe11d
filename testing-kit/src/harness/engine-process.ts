import { readFileSync, writeFileSync } from "node:fs";
import { readJobFile } from "@dativo/engine";
import { toDativoError } from "@dativo/protocol";
import { setUpEngine } from "./engine-setup.js";

// A run in a process of its own, which a fault may kill; what it is told and what it says are files.
const [request, answer] = process.argv.slice(2) as [string, string];
const { jobFile, options } = JSON.parse(readFileSync(request, "utf8"));
try {
  const job = readJobFile(jobFile, options);
  const engine = await setUpEngine(job.projectRoot);
  writeFileSync(answer, JSON.stringify({ report: await engine.run(job) }));
  process.exit(0);
} catch (thrown) {
  writeFileSync(answer, JSON.stringify({ error: toDativoError(thrown, { code: "INTERNAL" }).toJSON() }));
  process.exit(2);
}

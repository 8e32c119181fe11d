import { setTimeout as wait } from "node:timers/promises";
import { DativoError } from "@dativo/protocol";
import { servePartitions } from "../src/partition/serve-partitions.js";
import type { RunReport } from "../src/report/run-report.js";

/** A worker whose parts do what their names say. */
servePartitions(async ({ runId, name }, { signal, onProgress, onLog }) => {
  onLog?.({ level: "info", message: `${name} in ${process.pid}` });
  onProgress?.({ object: name, read: 1, records_per_second: 1, checkpoint: 0, done: false });
  if (name.startsWith("die")) {
    process.stderr.write("out of luck\n");
    await wait(50);
    process.kill(process.pid, "SIGKILL");
    await wait(10_000);
  }
  if (name.startsWith("throw")) throw new DativoError({ code: "JOB_LOCKED", message: "it is locked" });
  if (name.startsWith("wait")) await wait(10_000, undefined, { signal }).catch(() => undefined);
  const status = signal.aborted ? "interrupted" : "succeeded";
  return { run_id: `${runId}.${name}`, status, objects: [] } as Partial<RunReport> as RunReport;
});

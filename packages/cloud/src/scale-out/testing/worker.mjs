// A worker whose parts do what their names say.
import { setTimeout as wait } from "node:timers/promises";
import { DativoError } from "@dativo/protocol";
import { servePartitions } from "../../../dist/scale-out/serve-partitions.js";

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
  return { run_id: `${runId}.${name}`, status: signal.aborted ? "interrupted" : "succeeded", objects: [] };
});

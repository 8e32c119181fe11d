import { toDativoError } from "@dativo/protocol";
import type { RunReport } from "../report/run-report.js";
import type { PartitionCall, PartitionReference } from "./coordinator.js";
import type { FromWorker, ToWorker } from "./worker-messages.js";

/** Runs one part of a run, as `Engine.runPartition` does. */
export type RunsPartition = (partition: PartitionReference, call: PartitionCall) => Promise<RunReport>;

/**
 * Makes this process a worker: runs the parts that its parent names, until the parent is gone.
 *
 * A worker whose parent has died ends at once, whatever it is doing: somebody else may take its parts up.
 */
export function servePartitions(runPartition: RunsPartition): void {
  const running = new Map<string, AbortController>();
  process.on("disconnect", () => process.exit(1));
  // Ctrl-C reaches every process of a terminal; the parent says when to stop.
  for (const signal of ["SIGINT", "SIGHUP"] as const) process.on(signal, () => {});
  process.on("message", (message: ToWorker) => {
    if (message.type === "end") process.exit(0);
    else if (message.type === "cancel") running.get(message.part)?.abort();
    else {
      const { name } = message.partition;
      const cancelled = new AbortController();
      running.set(name, cancelled);
      void run(runPartition, message, cancelled.signal).finally(() => running.delete(name));
    }
  });
}

async function run(
  runPartition: RunsPartition,
  { partition, showsProgress }: Extract<ToWorker, { type: "run" }>,
  signal: AbortSignal,
): Promise<void> {
  const part = partition.name;
  try {
    const report = await runPartition(partition, {
      signal,
      ...(showsProgress ? { onProgress: (progress) => tell({ type: "progress", part, progress }) } : {}),
      onLog: (record) => tell({ type: "log", part, record }),
    });
    tell({ type: "report", part, report });
  } catch (thrown) {
    tell({ type: "error", part, error: toDativoError(thrown, { code: "INTERNAL" }).toJSON() });
  }
}

function tell(message: FromWorker): void {
  process.send?.(message);
}

import { availableParallelism } from "node:os";
import type { RunReport } from "../report/run-report.js";
import type { PartitionCall, PartitionExecutor, PartitionReference } from "./coordinator.js";
import { WorkerProcess, type WorkerSettings } from "./worker-process.js";

/** How many workers there are, and how they are started. */
export interface WorkerPoolOptions extends WorkerSettings {
  /** Processes at most; parts beyond that share them. @default as many as the machine runs at once */
  readonly processes?: number | undefined;
}

/**
 * Runs parts of a run in processes of their own, which are kept for further parts.
 *
 * There are no more of them than run at once: parts that wait for their source can wait side by side in one.
 */
export class WorkerPool implements PartitionExecutor {
  private readonly workers = new Set<WorkerProcess>();
  private readonly processes: number;

  constructor(private readonly options: WorkerPoolOptions) {
    this.processes = Math.max(1, options.processes ?? availableParallelism());
  }

  /** @throws DativoError `WORKER_LOST` when the process ended before the part did, or what the worker throws */
  async run(partition: PartitionReference, call: PartitionCall): Promise<RunReport> {
    return this.leastBusy().run(partition, call);
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.end()));
  }

  private leastBusy(): WorkerProcess {
    const [first] = [...this.workers].filter(({ isAlive }) => isAlive).sort((a, b) => a.busy - b.busy);
    if (first !== undefined && (first.busy === 0 || this.workers.size >= this.processes)) return first;
    const worker = new WorkerProcess(this.options);
    this.workers.add(worker);
    void worker.ended.then(() => this.workers.delete(worker));
    return worker;
  }
}

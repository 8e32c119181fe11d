import type { LogRecord } from "@dativo/protocol";
import type { RunReport } from "../report/run-report.js";
import type { Progress } from "../run/progress.js";

/** Which part of which run. */
export interface PartitionReference {
  readonly runId: string;
  /** Name of the part, such as `p0001`. */
  readonly name: string;
}

/** What surrounds the run of one part. */
export interface PartitionCall {
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly onLog?: ((record: LogRecord) => void) | undefined;
}

/** Where parts of a run are run: in this process, in others, on other machines. */
export interface PartitionExecutor {
  /**
   * Runs one part to its end, or takes it up where an earlier call left it; one that is done is only reported.
   *
   * @throws DativoError when the part could not be run at all, such as when its process was killed
   */
  run(partition: PartitionReference, call: PartitionCall): Promise<RunReport>;
  /** Ends what it has started. */
  close(): Promise<void>;
}

/** What a coordinator is told of a part that was run: what it decides by, and no record. */
export interface StepResult {
  readonly partition: string;
  readonly status: RunReport["status"];
  readonly read: number;
  readonly written: number;
}

/** The parts of a run that are left to do. */
export interface Steps {
  readonly runId: string;
  readonly partitions: readonly string[];
  /** Parts that are run at once. */
  readonly concurrency: number;
  /** Runs one part; may be called again for one that was run, and never fails but when the run is given up. */
  readonly step: (partition: string) => Promise<StepResult>;
  /** Aborted when nothing more is to be started. */
  readonly signal: AbortSignal;
  readonly log: (record: LogRecord) => void;
}

/** Who sees to it that every part of a run is run. */
export interface Coordinator {
  readonly name: string;
  /**
   * Returns when every part was run, or when no other is to be started because one failed or the signal was aborted.
   * What became of the parts is in their folders.
   */
  run(steps: Steps): Promise<void>;
}

/** Says whether parts that were not started yet are not to be. */
export function endsRun({ status }: StepResult): boolean {
  return status === "failed" || status === "interrupted";
}

/** A coordinator that lives and dies with this process; the next run takes up what it left. */
export const inlineCoordinator: Coordinator = {
  name: "inline",
  async run({ partitions, concurrency, step, signal }) {
    const waiting = [...partitions];
    const lane = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (signal.aborted) return;
        if (endsRun(await step(next))) waiting.length = 0;
      }
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, partitions.length) }, lane));
  },
};

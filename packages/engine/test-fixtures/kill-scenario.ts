import type { WriteMode } from "@dativo/protocol";
import type { RunReport } from "../src/report/run-report.js";
import { runJob } from "../src/run/run-job.js";
import { fileWriter } from "./file-writer.js";
import { pagedReader } from "./paged-reader.js";
import { builtin, testJob } from "./test-job.js";

/** A small job with several checkpoints, objects and bad records; the same in every process that runs it. */
export interface KillScenario {
  readonly root: string;
  readonly appending?: boolean;
  readonly modes?: readonly WriteMode[];
  readonly interleaved?: boolean;
  /** Parts that are run at once; the run is divided. */
  readonly workers?: number;
}

/** Rows of the objects: some come twice, some are rejected by the schema, some by the writer. */
export function scenarioRows(object: string): readonly Record<string, unknown>[] {
  return Array.from({ length: 23 }, (_, at) => ({
    id: at % 11 === 5 ? "not a number" : Math.floor(at / 2),
    name: at % 13 === 7 ? "refuse" : `${object}${Math.floor(at / 2)}`,
  }));
}

/** Runs the job of a scenario once. */
export function runScenario({
  root,
  appending,
  modes,
  interleaved,
  workers,
}: KillScenario): Promise<RunReport> {
  const reader = pagedReader(
    {
      moving: { rows: scenarioRows("moving"), pageSize: 4 },
      whole: { rows: scenarioRows("whole"), pageSize: 5, spec: { incremental: false } },
      blind: { rows: scenarioRows("blind"), pageSize: 6, checkpointEvery: 0, spec: { incremental: false } },
    },
    { interleaved: interleaved === true },
  );
  const writer = fileWriter({
    reject: ({ name }) => (name === "refuse" ? "refused" : undefined),
    ...(appending === undefined ? {} : { appending }),
    ...(modes === undefined ? {} : { modes }),
  });
  return runJob(testJob(root), builtin(reader, writer), workers === undefined ? {} : { workers });
}

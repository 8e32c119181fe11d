import type { ExtractRequest, JsonObject } from "@dativo/protocol";
import type { CheckpointPolicy, ErrorBudget, ValidationMode } from "../job/resolved-job.js";
import type { ObjectPlan, ObjectPlanning } from "../plan/plan.js";
import { extractRequest, startsOf } from "../run/extract-request.js";
import type { ObjectStart } from "../run/object-stream-parts.js";
import type { RejectedShare } from "../run/rejects.js";
import type { RunScope } from "../run/run-scope.js";

/** What a function needs to know of a run, to read and stage as the run itself would. */
export interface TransferTask {
  readonly runId: string;
  readonly request: ExtractRequest;
  readonly planning: ObjectPlanning;
  /** Where each object starts. */
  readonly starts: Readonly<Record<string, ObjectStart>>;
  readonly validationMode: ValidationMode;
  readonly policy: CheckpointPolicy;
  readonly budget: ErrorBudget;
  /** Counts of the run so far that the budget is about. */
  readonly counted: RejectedShare;
}

/** The task of what is left of some objects. */
export async function transferTask(
  scope: RunScope,
  planning: ObjectPlanning,
  objects: readonly ObjectPlan[],
  counted: RejectedShare,
): Promise<TransferTask> {
  const { job, ledger } = scope;
  const starts = await startsOf(scope, objects);
  const { asset, mode, source, target, validationMode, checkpointPolicy: policy, errorBudget: budget } = job;
  const { reader, writer, discovered, states, fullRefresh } = planning;
  const { key } = target.config;
  return {
    runId: ledger.runId,
    request: extractRequest(scope, starts),
    planning: {
      job: {
        ...(asset === undefined ? {} : { asset }),
        ...(mode === undefined ? {} : { mode }),
        source: { config: { objects: source.config.objects } },
        target: { config: key === undefined ? {} : { key } },
      },
      reader: reader.yields === undefined ? {} : { yields: reader.yields },
      writer,
      discovered,
      states: Object.fromEntries(Object.entries(states).filter(([name]) => starts.has(name))),
      ...(fullRefresh === undefined ? {} : { fullRefresh }),
    },
    starts: Object.fromEntries(starts),
    validationMode,
    policy,
    budget,
    counted,
  };
}

/** The task as JSON, which knows no bound that is infinite. */
export function encodeTask(task: TransferTask): JsonObject {
  return JSON.parse(JSON.stringify(task));
}

/** The task of its JSON. */
export function decodeTask(json: JsonObject): TransferTask {
  const task = json as unknown as TransferTask;
  return { ...task, policy: bounds(task.policy), budget: bounds(task.budget) };
}

function bounds<T extends object>(of: T): T {
  const entries = Object.entries(of).map(([key, bound]) => [key, bound ?? Number.POSITIVE_INFINITY]);
  return Object.fromEntries(entries);
}

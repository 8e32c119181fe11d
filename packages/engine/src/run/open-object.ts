import type { ObjectSpec } from "@dativo/protocol";
import { NO_OTHER_MODE } from "../plan/choose-mode.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { countedHere, ObjectOutcome, type ObjectStatus } from "./object-outcome.js";
import { ObjectStream } from "./object-stream.js";
import { ObjectSchema } from "./prepare/object-schema.js";
import { Preparer } from "./prepare/preparer.js";
import { RepeatedBatch } from "./repeated-batch.js";
import type { RunScope } from "./run-scope.js";

/** An object that is being read. */
export interface OpenObject {
  readonly stream: ObjectStream;
  readonly outcome: ObjectOutcome;
  readonly guard: RepeatedBatch;
  /** Records taken in this attempt, when there is a limit. */
  taken: number;
  /** Nothing further of the object is taken. */
  readonly done: boolean;
  /** Commits what is left: at the object's end, or where a limit cuts it. */
  finish(status: Extract<ObjectStatus, "complete" | "partial">): Promise<void>;
  close(): Promise<void>;
}

/** Opens the writer of an object that the reader announced, and a stream that starts after its last commit. */
export async function openObject(
  scope: RunScope,
  plugins: LoadedPlugins,
  spec: ObjectSpec,
): Promise<OpenObject> {
  const { job, plan: runPlan, outcomes } = scope;
  const plan = runPlan.planObject(spec);
  if (plan.modeReason === NO_OTHER_MODE) scope.warn(appendsAgain(plan.name));
  const writer = await scope.openWriter(plugins, plan);
  const start = await scope.startOf(plan);
  const outcome = outcomes.get(plan.name) ?? new ObjectOutcome(plan, { ...start, schema: plan.schema });
  outcome.plan = plan;
  outcomes.set(plan.name, outcome);

  const schema = new ObjectSchema(plan.schema, plan.schemaOrigin, job.validationMode);
  const accepts = runPlan.writer.accepts ?? ["rows"];
  const preparer = new Preparer(schema, accepts, plan.name, start.tally.read, !scope.dryRun);
  const unbounded = {
    maxRecords: Number.POSITIVE_INFINITY,
    maxBytes: Number.POSITIVE_INFINITY,
    maxSeconds: Number.POSITIVE_INFINITY,
  };
  const stream = new ObjectStream(
    {
      object: plan.name,
      mode: plan.mode,
      incremental: plan.incremental,
      writer,
      preparer,
      ledger: scope.ledger,
      letters: scope.letters,
      policy: scope.dryRun ? unbounded : job.checkpointPolicy,
      budget: job.errorBudget,
      totals: () => countedHere(outcomes),
      signal: scope.signal,
      redactor: job.redactor,
      onRejected: (rejected) => outcome.sample(rejected),
    },
    start,
  );
  outcome.begin(stream, preparer);

  const object = {
    stream,
    outcome,
    guard: new RepeatedBatch(plan.name),
    taken: 0,
    done: false,
    async finish(status: "complete" | "partial") {
      if (status === "complete") await stream.end();
      else if ((await stream.cut()) && plan.incremental && !scope.dryRun)
        scope.warn(
          `${plan.name} was cut off after its last checkpoint; the next run reads the records after it again.`,
        );
      object.done = true;
      outcome.status = status;
      outcome.pauseClock();
      scope.progress.report(outcome, true);
    },
    async close() {
      outcome.pauseClock();
      await writer.close();
    },
  };
  return object;
}

/** What a report says of an object that is read whole and appended. */
export function appendsAgain(object: string): string {
  return `${object} is read whole each time and the writer only appends, so each run adds all of its records again.`;
}

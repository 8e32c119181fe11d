import type { Journal } from "../store/journal.js";
import { ObjectOutcome } from "./object-outcome.js";
import type { ResumePoint } from "./resume-point.js";
import type { RunScope } from "./run-scope.js";

/** Brings what is known of each object up to what the journal says, before an attempt. */
export async function placeOutcomes(scope: RunScope, resume: ResumePoint, journal: Journal): Promise<void> {
  const { plan, outcomes } = scope;
  const finished = await resume.finished();
  const commits = journal.lastCommits();
  const names = new Set([...plan.objects.map(({ name }) => name), ...commits.keys(), ...finished]);
  for (const name of names) {
    const objectPlan =
      outcomes.get(name)?.plan ??
      plan.objects.find((object) => object.name === name) ??
      plan.planObject({ name, incremental: true });
    const { tally, state } = await resume.startOf(objectPlan);
    const committed = { tally, state, schema: commits.get(name)?.schema ?? objectPlan.schema };
    const outcome = outcomes.get(name) ?? new ObjectOutcome(objectPlan, committed);
    outcome.settle(committed, finished.has(name));
    outcomes.set(name, outcome);
  }
}

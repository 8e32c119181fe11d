import type { Baseline } from "../../plugin/baseline.js";
import type { ReaderLab } from "../../plugin/reader-lab.js";
import type { ReadCheckpoint } from "../../plugin/reading.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";
import { missingFrom } from "./complete.js";

/** Checkpoints that the offline tier resumes from at most; the chaos tier takes every one. */
const OFFLINE_LIMIT = 8;

/** Checkpoints to resume from: the first, the last, and some between, the same for the same seed. */
export function sampledCheckpoints(
  checkpoints: readonly ReadCheckpoint[],
  seed: number,
  limit = OFFLINE_LIMIT,
): readonly ReadCheckpoint[] {
  if (checkpoints.length <= limit) return checkpoints;
  const step = checkpoints.length / limit;
  const offset = seed % Math.max(1, Math.floor(step));
  const chosen = new Set([0, checkpoints.length - 1]);
  for (let index = 0; index < limit; index += 1) chosen.add(Math.floor(index * step) + offset);
  return checkpoints.filter((_checkpoint, index) => chosen.has(index));
}

/** Resumes from a checkpoint and fails when a record of the full read came neither before it nor after. */
export async function resumeFrom(
  lab: ReaderLab,
  baseline: Baseline,
  checkpoint: ReadCheckpoint,
  number: number,
): Promise<void> {
  const { object, state, after } = checkpoint;
  const before = baseline.reading.records.slice(0, after);
  // Other objects are read to their end in the full read, so only the checkpoint's own object is at stake.
  const others = baseline.reading.records.slice(after).filter((record) => record.object !== object);
  await lab.session({}, async (session) => {
    const resumed = await session.read({ objects: [object], state: { [object]: state } });
    const what = `Killed after checkpoint ${number} (${JSON.stringify(state).slice(0, 120)}) and resumed from it.`;
    if (resumed.error !== undefined)
      fail(`${what}\nThe resumed read failed with ${resumed.error.code}: ${resumed.error.message}`);
    const missing = missingFrom(baseline, [...before, ...others, ...resumed.records]);
    if (missing.length === 0) return;
    const { names } = baseline;
    const last = before.filter((record) => record.object === object).at(-1);
    fail(`${what}\nMissing after the resume: ${names.list(missing)}`, {
      difference: [
        last === undefined ? "before      nothing" : `before      … ${names.of(last)}   ← checkpoint`,
        `never read  ${names.list(missing, 3)}`,
        `resumed     ${resumed.records.length === 0 ? "nothing" : `${names.list(resumed.records, 2)}`}`,
      ].join("\n"),
      advice:
        "Yield a position only after the records before it, and start at it, not after it, when more records may share it.",
    });
  });
}

export const resume = readerCheck({
  id: "R4.resume",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  live: true,
  needs: ["incremental"],
  title: "Resuming from any checkpoint yields every record after it",
  why: "A run that is killed goes on from its last checkpoint; what the checkpoint skips is lost without a trace.",
  how: "Stops a full read at each checkpoint (up to ten), resumes from it, and looks for every record of the full read.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { checkpoints } = baseline.reading;
    if (checkpoints.length === 0)
      fail("The reader says that it reads incrementally, and a full read yielded no checkpoint.", {
        advice: "Yield a position after each page; a reader with a cursor in defineReader does by itself.",
      });
    for (const checkpoint of sampledCheckpoints(checkpoints, lab.seed))
      await resumeFrom(lab, baseline, checkpoint, checkpoints.indexOf(checkpoint) + 1);
  },
});

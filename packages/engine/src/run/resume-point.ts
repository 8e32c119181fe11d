import type { ResolvedJob } from "../job/resolved-job.js";
import type { ObjectPlan } from "../plan/plan.js";
import type { Journal } from "../store/journal.js";
import type { StateStore } from "../store/state-store.js";
import { tallyOf } from "./commit-record.js";
import type { Intent } from "./intent.js";
import type { LetterFilter } from "./letter-file.js";
import type { ObjectStart } from "./object-stream-parts.js";
import { EMPTY_TALLY } from "./tally.js";

/** What a run has behind it, told by its journal and by the state of its job. */
export class ResumePoint {
  constructor(
    private readonly runId: string,
    private readonly journal: Journal,
    private readonly store: StateStore,
  ) {}

  /** Where an object starts: after its last commit in this run, else where the plan says. */
  async startOf(plan: ObjectPlan): Promise<ObjectStart> {
    const entry = await this.store.get(plan.name);
    const last = this.journal.lastCommits().get(plan.name);
    return {
      tally: last === undefined ? EMPTY_TALLY : tallyOf(last),
      state: entry?.runId === this.runId ? entry.state : plan.state,
      sequence: this.lastSequence(plan.name) + 1,
      fileCounter: entry?.fileCounter ?? 0,
    };
  }

  /** Objects that were read to their end, unless their state was reset since. */
  async finished(): Promise<ReadonlySet<string>> {
    const states = await this.store.read();
    const commits = this.journal.lastCommits();
    const ended = new Set(this.journal.finishedObjects());
    for (const [object, commit] of commits) if (commit.final) ended.add(object);
    return new Set(
      [...ended].filter((object) => !commits.has(object) || states[object]?.runId === this.runId),
    );
  }

  /** Highest number that a commit of the object had, or may have had that was not made in a function's own space. */
  lastSequence(object: string): number {
    let last = 0;
    for (const record of this.journal.records) {
      if (record.type === "prepare" && record.object === object) last = Math.max(last, record.sequence);
      if (record.type === "aborted")
        last = Math.max(last, sequenceIn(record.token, `${this.runId}/${object}/`));
    }
    return last;
  }

  /** Says of dead letters whether the commit they belong to is made or will be. */
  letterFilter(): LetterFilter {
    const prepared = new Set(
      this.journal.records.flatMap((record) =>
        record.type === "prepare" ? [`${record.sequence}/${record.object}`] : [],
      ),
    );
    return (object, sequence) => prepared.has(`${sequence}/${object}`);
  }

  /** Commits made so far; grows with progress. */
  get commits(): number {
    return this.journal.records.reduce((sum, { type }) => sum + (type === "committed" ? 1 : 0), 0);
  }

  /** What the run had committed so far, in numbers. */
  committed(): { readonly commits: number; readonly records: number } {
    let records = 0;
    for (const commit of this.journal.lastCommits().values()) records += commit.counts.read;
    return { commits: this.commits, records };
  }

  /** Objects that the run set out to read, still has to, and that the job still names. */
  async pending(intent: Intent, { source }: ResolvedJob): Promise<readonly string[]> {
    const finished = await this.finished();
    const { objects } = source.config;
    return intent.objects.filter(
      (name) => !finished.has(name) && (objects.length === 0 || objects.includes(name)),
    );
  }
}

function sequenceIn(token: string, prefix: string): number {
  return token.startsWith(prefix) ? Number(token.slice(prefix.length)) || 0 : 0;
}

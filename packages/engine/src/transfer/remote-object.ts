import {
  type AbortRequest,
  type BatchForm,
  DativoError,
  type Json,
  type ObjectSpec,
  type TableSchema,
  type WriterInstance,
} from "@dativo/protocol";
import { NO_OTHER_MODE } from "../plan/choose-mode.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { recordCommit } from "../run/commit.js";
import { assertBalanced, tallyOf } from "../run/commit-record.js";
import { commitToken } from "../run/commit-token.js";
import { assertFiles, assertPosition } from "../run/kept-secrets.js";
import { type CountedStream, type KnownForms, ObjectOutcome } from "../run/object-outcome.js";
import type { ObjectStart } from "../run/object-stream-parts.js";
import { appendsAgain } from "../run/open-object.js";
import type { FormPath } from "../run/prepare/form.js";
import type { RunScope } from "../run/run-scope.js";
import type { Tally } from "../run/tally.js";
import { openWriter } from "../run/writers.js";
import type { DeadLetter } from "../store/dead-letters.js";
import type { PrepareRecord } from "../store/journal.js";
import { faultPoint } from "../testing-faults/fault-points.js";
import { commitOf, discardOf } from "./told-commit.js";

/** An object that a function reads and stages, seen from where its books are kept. */
export class RemoteObject implements CountedStream, KnownForms {
  done = false;
  committedTally: Tally;
  state: Json;
  paths: ReadonlyMap<BatchForm, FormPath> = new Map();
  /** Dead letters of the commit that comes next. */
  private held: DeadLetter[] = [];
  private sequence: number;
  private known: TableSchema | undefined;

  private constructor(
    private readonly name: string,
    private readonly scope: RunScope,
    private readonly outcome: ObjectOutcome,
    private readonly writer: WriterInstance,
    start: ObjectStart,
  ) {
    this.committedTally = start.tally;
    this.state = start.state;
    this.sequence = start.sequence;
    this.known = outcome.plan.schema;
  }

  /** Opens the writer of an object that the function announced, to make its commits. */
  static async open(scope: RunScope, plugins: LoadedPlugins, spec: ObjectSpec): Promise<RemoteObject> {
    const { outcomes } = scope;
    const plan = scope.plan.planObject(spec);
    if (plan.modeReason === NO_OTHER_MODE) scope.warn(appendsAgain(plan.name));
    const start = await scope.startOf(plan);
    const outcome = outcomes.get(plan.name) ?? new ObjectOutcome(plan, { ...start, schema: plan.schema });
    outcome.plan = plan;
    outcomes.set(plan.name, outcome);
    // The scope's own way discards what the run staged, and the function is staging.
    const { name: object, mode } = plan;
    const writer = await openWriter(scope.job, plugins, scope.host, { object, mode });
    const remote = new RemoteObject(object, scope, outcome, writer, start);
    outcome.begin(remote, remote);
    return remote;
  }

  /** Nothing is counted here before it is committed. */
  get tally(): Tally {
    return this.committedTally;
  }

  get schema(): { readonly current: TableSchema | undefined } {
    return { current: this.known };
  }

  /** Takes note that another invocation goes on at the last commit. */
  begin(): void {
    this.held = [];
  }

  /** Keeps dead letters of the commit that comes next. */
  letters(letters: readonly DeadLetter[]): void {
    this.held.push(...letters);
  }

  /** Writes down the letters that are kept, for those who look why a run failed. */
  async writeLetters(): Promise<void> {
    const letters = this.held;
    this.held = [];
    this.outcome.sample(letters);
    await this.scope.letters.append(letters);
  }

  /** Does what the function asks for; returns how many commits that were. */
  async checkpoint(told: Json): Promise<number> {
    const discard = discardOf(told);
    if (discard === undefined) await this.commit(told);
    else await this.discard(discard);
    return discard === undefined ? 1 : 0;
  }

  /** Discards what the function had staged when it failed. */
  private async discard(request: AbortRequest): Promise<void> {
    const { scope, name } = this;
    await this.writer.abort(request, scope.ledger.signal).catch((error: unknown) => {
      scope.warn(`Staged data of ${name} could not be discarded: ${(error as Error).message}`);
    });
  }

  /** Records and makes a commit that the function prepared. */
  private async commit(told: Json): Promise<void> {
    const { scope, name, outcome } = this;
    const { prepare, paths } = commitOf(told);
    this.assertExpected(prepare);
    const tally = tallyOf(prepare);
    assertBalanced(name, tally);
    assertPosition(scope.job.redactor, name, prepare.state);
    assertFiles(scope.job.redactor, name, prepare.files);
    await this.writeLetters();
    await recordCommit(this.writer, (deadLetterBytes) => ({ ...prepare, deadLetterBytes }), scope.ledger);
    this.committedTally = tally;
    this.state = prepare.state;
    this.known = prepare.schema;
    this.paths = paths;
    this.sequence = prepare.sequence + 1;
    outcome.checkpoints += 1;
    scope.progress.report(outcome);
  }

  /** Records that the function read the object to its end. */
  async end(): Promise<void> {
    const { scope, outcome } = this;
    faultPoint("object.done.before");
    await scope.ledger.journal.append({ type: "object_done", object: this.name });
    faultPoint("object.done.after");
    this.done = true;
    outcome.status = "complete";
    outcome.pauseClock();
    scope.progress.report(outcome, true);
  }

  async close(): Promise<void> {
    this.outcome.pauseClock();
    await this.writer.close();
  }

  /** A commit of another number would leave records out, or make some twice. */
  private assertExpected({ type, object, sequence, token }: PrepareRecord): void {
    const { runId } = this.scope.ledger;
    const expected = commitToken({ runId, object: this.name, sequence: this.sequence, space: "" });
    if (
      type === "prepare" &&
      object === this.name &&
      sequence === this.sequence &&
      token.startsWith(expected) &&
      token.length > expected.length
    )
      return;
    throw new DativoError({
      code: "ABI_VIOLATION",
      message: `The function prepared the commit ${token}, where ${expected}… comes next.`,
      details: { object: this.name, token, expected },
    });
  }
}

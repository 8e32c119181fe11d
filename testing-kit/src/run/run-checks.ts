import { tmpdir } from "node:os";
import { isDativoError } from "@dativo/protocol";
import { CHECKS } from "../checks/catalogue.js";
import type { Check, Tier } from "../checks/check.js";
import { CheckFailure, type FailureReport, NotApplicable } from "../checks/check-failure.js";
import { BaselineFailed } from "../plugin/baseline-failed.js";
import { ReaderLab } from "../plugin/reader-lab.js";
import type { Subject } from "../plugin/subject.js";
import { WriterLab } from "../plugin/writer-lab.js";
import { inParallel } from "./in-parallel.js";
import { reasonAgainst } from "./needs.js";
import { type CheckResult, type SubjectReport, summaryOf } from "./report.js";
import { gatheringUnrecorded } from "./unrecorded.js";

/** A check that a project leaves out for a while. */
export interface SkippedCheck {
  readonly check: string;
  readonly reason: string;
  /** The day from which the check counts again, as YYYY-MM-DD. */
  readonly until: string;
}

/** How checks are run. */
export interface RunChecksOptions {
  readonly seed: number;
  /** @default "offline" */
  readonly tier?: Tier;
  /** Ids to run; all when absent. */
  readonly only?: readonly string[] | undefined;
  readonly skip?: readonly SkippedCheck[];
  /** Where plugins run. @default "child_process" */
  readonly placement?: "in_process" | "child_process";
  /** Checks under way at a time. @default 4 */
  readonly parallel?: number;
  /** Told as each check ends. */
  readonly onResult?: (result: CheckResult) => void;
  /** Makes the command that runs one check again. */
  readonly reproduce?: (check: Check) => string;
}

/** Processes of the plugin at a time: starting one costs more than what it saves beyond a few. */
const MAX_HOSTS = 3;

/** How the report of a check begins that failed by itself, and not because of the plugin. */
export const STUMBLED = "The check itself could not be run:";

type Lab = ReaderLab | WriterLab;

/** Runs the checks that are about a plugin, and reports in the order of the catalogue whatever the order they ended in. */
export async function runChecks(subject: Subject, options: RunChecksOptions): Promise<SubjectReport> {
  const { tier = "offline", only, parallel = 4 } = options;
  const hosts = Math.min(parallel, MAX_HOSTS);
  const lab: Lab =
    subject.kind === "reader"
      ? new ReaderLab(subject, { ...options, hosts })
      : new WriterLab(subject, { ...options, hosts });
  try {
    const { spec } = await lab.about();
    const checks = CHECKS.filter(
      (check) =>
        check.kind === subject.kind &&
        inTier(check, tier) &&
        (only === undefined ? isAbout(check, subject.runtime) : only.includes(check.id)),
    );
    const results = new Map<string, CheckResult>();
    const run = async (check: Check) => {
      const result = await runOne(check, lab, options);
      results.set(check.id, result);
      options.onResult?.(result);
    };
    const isAlone = (check: Check) => runsAlone(check, subject.runtime);
    await inParallel(
      checks.filter((check) => !isAlone(check)),
      parallel,
      run,
    );
    await inParallel(checks.filter(isAlone), 1, run);
    const ordered = checks.map(({ id }) => results.get(id) as CheckResult);
    return {
      plugin: {
        name: spec.name,
        kind: subject.kind,
        version: spec.version,
        api: spec.api,
        runtime: subject.runtime,
        reference: subject.reference,
      },
      world: subject.mock?.name ?? "no network",
      checks: ordered,
      summary: summaryOf(ordered),
    };
  } finally {
    await lab.close();
  }
}

/** Whether a check is about plugins of a runtime; what is about shared libraries is of no interest elsewhere. */
export function isAbout({ needs }: Check, runtime: string): boolean {
  return runtime === "native" || needs?.includes("native") !== true;
}

/** Whether a check of a plugin of a runtime runs while nothing else does. */
export function runsAlone({ alone }: Check, runtime: string): boolean {
  return alone === true || (alone === "in_node" && runtime === "node");
}

function inTier(check: Check, tier: Tier): boolean {
  if (tier === "live") return check.tier === "live" || check.live === true;
  return tier === "chaos" ? check.tier !== "live" : check.tier === "offline";
}

/** Runs a check; one that fails because a recording lacks an answer is skipped, and says so. */
function runOne(check: Check, lab: Lab, options: RunChecksOptions): Promise<CheckResult> {
  return gatheringUnrecorded(async (lacking) => {
    const result = await decide(check, lab, options);
    const [first] = lacking;
    if (result.status !== "failed" || first === undefined) return result;
    const { failure: _failure, ...rest } = result;
    return {
      ...rest,
      status: "skipped",
      reason: `The recording has no answer to ${first}; record it again, or write a mock API.`,
    };
  });
}

async function decide(check: Check, lab: Lab, options: RunChecksOptions): Promise<CheckResult> {
  const { id, clause, group, title } = check;
  const started = performance.now();
  const result = (rest: Pick<CheckResult, "status"> & Partial<CheckResult>): CheckResult => ({
    id,
    clause,
    group,
    title,
    ...rest,
    seconds: Math.round(performance.now() - started) / 1000,
  });
  const skip = options.skip?.find((candidate) => candidate.check === id);
  if (skip !== undefined)
    return result({ status: "skipped", reason: `${skip.reason} (until ${skip.until})` });
  try {
    const against = await reasonAgainst(check, lab);
    if (against !== undefined) return result({ status: "not_applicable", reason: against });
    await check.run(lab as never);
    return result({ status: "passed" });
  } catch (thrown) {
    if (thrown instanceof NotApplicable) return result({ status: "not_applicable", reason: thrown.message });
    if (thrown instanceof BaselineFailed)
      return result({ status: "skipped", reason: `The plain read or write failed: ${thrown.message}` });
    const report = reportOf(thrown);
    const near = (text: string) => withoutFolder(text, lab.subject.projectRoot);
    return result({
      status: "failed",
      failure: {
        happened: near(report.happened),
        ...(report.difference === undefined ? {} : { difference: near(report.difference) }),
        ...(report.advice === undefined ? {} : { advice: report.advice }),
        reproduce: options.reproduce?.(check) ?? `dativo-test contract --only ${id} --seed ${options.seed}`,
      },
    });
  }
}

function reportOf(thrown: unknown): FailureReport {
  if (thrown instanceof CheckFailure) return thrown.report;
  // What the plugin throws where the check counts on an answer.
  if (isDativoError(thrown))
    return { happened: `The plugin failed with ${thrown.code}: ${thrown.message}`, advice: thrown.hint };
  return { happened: `${STUMBLED} ${(thrown as Error).stack ?? String(thrown)}` };
}

/** Text without what differs from machine to machine and from run to run: folders and ports. */
function withoutFolder(text: string, folder: string): string {
  return text
    .replaceAll(`${folder}/`, "")
    .replaceAll(`${folder}\\`, "")
    .replace(TEMPORARY, "<temporary>")
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, "http://mock-api");
}

/** Folders that the kit makes for targets and states. */
const TEMPORARY = new RegExp(
  `${tmpdir().replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}[/\\\\]dativo-(test|engine)-\\w+`,
  "g",
);

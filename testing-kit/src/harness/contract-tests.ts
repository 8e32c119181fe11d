import { PLUGIN, type PluginExport } from "@dativo/protocol";
import { CHECKS } from "../checks/catalogue.js";
import type { Tier } from "../checks/check.js";
import type { Subject } from "../plugin/subject.js";
import { findSubjects } from "../project/find-subjects.js";
import { failureText } from "../reporters/failure-text.js";
import type { SubjectReport } from "../run/report.js";
import { isAbout, runChecks, type SkippedCheck } from "../run/run-checks.js";
import { seedOf } from "../run/seed.js";
import { type ReaderHarnessOptions, readerSubject } from "./reader-harness.js";
import { type WriterHarnessOptions, writerSubject } from "./writer-harness.js";

/** The functions of a test runner that `contractTests` calls; those of vitest and of node:test fit. */
export interface TestRunner {
  describe(name: string, body: () => void): unknown;
  it(name: string, body: (context: { skip(note?: string): void }) => Promise<void>): unknown;
}

/** How the contract is tested in a test file. */
export interface ContractTestsOptions
  extends Omit<ReaderHarnessOptions, "faults">,
    Omit<WriterHarnessOptions, "faults"> {
  /** `import { describe, it } from "vitest"` or from `node:test`. */
  readonly runner: TestRunner;
  /** @default "offline" */
  readonly tier?: Tier;
  readonly seed?: number;
  readonly only?: readonly string[];
  readonly skip?: readonly SkippedCheck[];
}

/**
 * Declares one test for each check of the contract.
 *
 * @param plugin What `defineReader` or `defineWriter` gave, a class, or a job file that names plugins
 * @example
 * import { describe, it } from "vitest";
 * contractTests("job.yaml", { runner: { describe, it } });
 */
export function contractTests(plugin: PluginExport | string, options: ContractTestsOptions): void {
  const { runner, tier = "offline", only } = options;
  const kinds = typeof plugin === "string" ? (["reader", "writer"] as const) : [plugin[PLUGIN].spec.kind];
  for (const kind of kinds) {
    const name = typeof plugin === "string" ? `${plugin} (${kind})` : plugin[PLUGIN].spec.name;
    // All checks run together at the first test, since they share hosts and a plain read.
    let reports: Promise<readonly SubjectReport[]> | undefined;
    const run = async () => {
      const subjects = (await subjectsOf(plugin, options)).filter((subject) => subject.kind === kind);
      const found: SubjectReport[] = [];
      for (const subject of subjects)
        found.push(await runSubject(subject, options, typeof plugin === "string"));
      return found;
    };
    runner.describe(`contract of ${name}`, () => {
      for (const check of CHECKS) {
        if (check.kind !== kind || (only !== undefined && !only.includes(check.id))) continue;
        // Plugins that a test hands over run in Node; those of a job may be shared libraries.
        if (only === undefined && !isAbout(check, typeof plugin === "string" ? "native" : "node")) continue;
        if (check.tier === "live" || (check.tier === "chaos" && tier !== "chaos")) continue;
        runner.it(`${check.id} ${check.title}`, async (context) => {
          reports ??= run();
          const results = (await reports).flatMap(({ checks }) => checks.filter(({ id }) => id === check.id));
          const failed = results.find(({ status }) => status === "failed");
          if (failed !== undefined) throw new Error(failureText(failed));
          const [result] = results;
          if (result === undefined) context.skip(`the job names no ${kind} that it is about`);
          else if (result.status !== "passed") context.skip(result.reason);
        });
      }
    });
  }
}

async function subjectsOf(
  plugin: PluginExport | string,
  options: ContractTestsOptions,
): Promise<readonly Subject[]> {
  if (typeof plugin === "string") return (await findSubjects(process.cwd(), plugin)).subjects;
  return [
    plugin[PLUGIN].spec.kind === "reader" ? readerSubject(plugin, options) : writerSubject(plugin, options),
  ];
}

function runSubject(subject: Subject, options: ContractTestsOptions, isJob: boolean): Promise<SubjectReport> {
  const { tier, only, skip, seed } = options;
  return runChecks(subject, {
    seed: seed ?? seedOf(undefined, subject.name),
    placement: isJob ? "child_process" : "in_process",
    ...(tier === undefined ? {} : { tier }),
    ...(only === undefined ? {} : { only }),
    ...(skip === undefined ? {} : { skip }),
  });
}

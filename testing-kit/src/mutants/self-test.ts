import { CHECKS, findCheck } from "../checks/catalogue.js";
import { inParallel } from "../run/in-parallel.js";
import type { CheckResult } from "../run/report.js";
import { runChecks, runsAlone, STUMBLED } from "../run/run-checks.js";
import { MUTANTS } from "./bank.js";
import { BASES, type BaseName, baseOf, type Language, type Mutant } from "./mutant.js";
import { MutantFolder } from "./mutant-subject.js";
import { reasonWithout } from "./toolchains.js";

/** What became of one mutant. */
export interface MutantFate {
  readonly mutant: Mutant;
  readonly killed: boolean;
  /** How the check that names it ended. */
  readonly result: CheckResult | undefined;
}

/** A check that fails for a plugin that is correct. */
export interface FalseAlarm {
  readonly base: BaseName;
  readonly result: CheckResult;
  /** In which of the repetitions, from 1. */
  readonly repetition: number;
}

/** Plugins of a language that were left out, because they cannot be tested here. */
export interface LeftOut {
  readonly language: Language;
  readonly reason: string;
  readonly mutants: number;
  /** Correct plugins. */
  readonly references: number;
}

/** What the kit found out about itself. */
export interface SelfTestReport {
  readonly fates: readonly MutantFate[];
  readonly leftOut: readonly LeftOut[];
  /** Checks that no mutant names: they are not known to be able to fail. */
  readonly unproven: readonly string[];
  readonly falseAlarms: readonly FalseAlarm[];
  /** Checks that ran on correct plugins, over all repetitions. */
  readonly referenceChecks: number;
  readonly seconds: number;
  readonly passed: boolean;
}

/** How the kit is tested. */
export interface SelfTestOptions {
  readonly seed: number;
  /** Ids of mutants; all when absent. */
  readonly mutants?: readonly string[] | undefined;
  /** How often the correct plugins are tested. @default 1 */
  readonly repeat?: number;
  /** Tier of the checks on correct plugins; mutants meet the check that names them in any tier. @default "chaos" */
  readonly tier?: "offline" | "chaos";
  /** Plugins under test at a time. @default 2 */
  readonly parallel?: number;
  readonly onFate?: (fate: MutantFate) => void;
  readonly onReference?: (base: BaseName, repetition: number, alarms: number) => void;
}

/** Runs every check on plugins that are correct and, for each mutant, the check that must fail. */
export async function selfTest(options: SelfTestOptions): Promise<SelfTestReport> {
  const started = performance.now();
  using folder = new MutantFolder();
  const named = MUTANTS.filter(({ id }) => options.mutants === undefined || options.mutants.includes(id));
  const bases = options.mutants === undefined ? referenceBases() : [];
  const leftOut = leftOutOf(named, bases);
  const isThere = (base: BaseName) => !leftOut.some(({ language }) => language === baseOf(base).language);
  const chosen = named.filter(({ base }) => isThere(base));
  for (const { base } of chosen) folder.prepare(base);
  const fates = new Map<string, MutantFate>();
  const meet = async (mutant: Mutant) => {
    const report = await runChecks(await folder.mutant(mutant), {
      seed: options.seed,
      tier: "chaos",
      placement: "in_process",
      only: [mutant.killedBy],
    });
    const [result] = report.checks;
    // A check that stumbles has not found anything.
    const found = result?.failure !== undefined && !result.failure.happened.startsWith(STUMBLED);
    const fate = { mutant, result, killed: found };
    fates.set(mutant.id, fate);
    options.onFate?.(fate);
  };
  await inParallel(
    chosen.filter((mutant) => !isAlone(mutant)),
    options.parallel ?? 2,
    meet,
  );
  // What watches this process must not see another plugin's doing.
  await inParallel(chosen.filter(isAlone), 1, meet);
  const references = await testReferences(folder, bases.filter(isThere), options);
  const ordered = chosen.map(({ id }) => fates.get(id) as MutantFate);
  const proven = new Set(MUTANTS.map(({ killedBy }) => killedBy));
  const unproven = CHECKS.filter(({ id, tier }) => tier !== "live" && !proven.has(id)).map(({ id }) => id);
  return {
    fates: ordered,
    leftOut,
    unproven,
    falseAlarms: references.alarms,
    referenceChecks: references.checks,
    seconds: Math.round(performance.now() - started) / 1000,
    passed: ordered.every(({ killed }) => killed) && unproven.length === 0 && references.alarms.length === 0,
  };
}

function isAlone({ killedBy, base }: Mutant): boolean {
  const check = findCheck(killedBy);
  return check !== undefined && runsAlone(check, baseOf(base).language === "typescript" ? "node" : "other");
}

/** The bases that every check must pass. */
function referenceBases(): BaseName[] {
  return (Object.keys(BASES) as BaseName[]).filter((base) => baseOf(base).isReference);
}

function leftOutOf(mutants: readonly Mutant[], bases: readonly BaseName[]): LeftOut[] {
  const languages = [...mutants.map(({ base }) => base), ...bases].map((base) => baseOf(base).language);
  return [...new Set(languages)].flatMap((language) => {
    const reason = reasonWithout(language);
    if (reason === undefined) return [];
    const isOfIt = (base: BaseName) => baseOf(base).language === language;
    return [
      {
        language,
        reason,
        mutants: mutants.filter(({ base }) => isOfIt(base)).length,
        references: bases.filter(isOfIt).length,
      },
    ];
  });
}

async function testReferences(
  folder: MutantFolder,
  bases: readonly BaseName[],
  { seed, repeat = 1, tier = "chaos", onReference }: SelfTestOptions,
): Promise<{ readonly alarms: FalseAlarm[]; readonly checks: number }> {
  const alarms: FalseAlarm[] = [];
  let checks = 0;
  for (let repetition = 1; repetition <= repeat; repetition += 1)
    for (const base of bases) {
      const report = await runChecks(await folder.reference(base), {
        seed: seed + repetition - 1,
        tier,
        placement: "in_process",
      });
      const failed = report.checks.filter(({ status }) => status === "failed" || status === "skipped");
      checks += report.summary.passed;
      alarms.push(...failed.map((result) => ({ base, result, repetition })));
      onReference?.(base, repetition, failed.length);
    }
  return { alarms, checks };
}

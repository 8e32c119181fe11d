import { DativoError } from "@dativo/protocol";
import { type Command, Option } from "commander";
import pc from "picocolors";
import { MUTANTS } from "../mutants/bank.js";
import type { Language } from "../mutants/mutant.js";
import { type SelfTestReport, selfTest } from "../mutants/self-test.js";
import { seedOf } from "../run/seed.js";
import { showsColour } from "./colour.js";
import { knownById } from "./known-id.js";
import type { ExitCode } from "./main.js";
import { printLine } from "./print.js";

const LANGUAGES: Readonly<Record<Language, string>> = {
  typescript: "TypeScript",
  python: "Python",
  rust: "Rust",
};

/** Adds `dativo-test self-test`. */
export function addSelfTestCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command("self-test")
    .description(
      "Proves that the checks can fail: runs them on plugins that are wrong on purpose, and on correct ones.",
    )
    .option("--repeat <times>", "tests the correct plugins so many times", "1")
    .option("--mutants <ids>", "only these mutants, and no correct plugin")
    .addOption(
      new Option("--tier <tier>", "tier of the checks on correct plugins")
        .choices(["offline", "chaos"])
        .default("chaos"),
    )
    .option("--seed <number>", "seed of everything that is chosen at random")
    .option("--json", "prints JSON")
    .option("--debug", "shows stack traces")
    .action(
      async (options: {
        repeat: string;
        mutants?: string;
        seed?: string;
        json?: boolean;
        tier: "offline" | "chaos";
      }) => {
        const paint = pc.createColors(showsColour());
        const width = Math.max(...MUTANTS.map(({ id }) => id.length));
        const json = options.json === true;
        const report = await selfTest({
          seed: seedOf(options.seed, "self-test"),
          repeat: timesOf(options.repeat),
          tier: options.tier,
          mutants: mutantsOf(options.mutants),
          parallel: 4,
          onFate: ({ mutant, killed, result }) => {
            if (json) return;
            const line = `${mutant.id.padEnd(width)}  ${mutant.killedBy.padEnd(18)}`;
            if (killed) printLine(`${paint.green("✔")} ${line} ${mutant.title}`);
            else
              printLine(
                `${paint.red("✖")} ${line} ${paint.red("survived")}: ${mutant.title}${result?.reason === undefined ? "" : ` (${result.reason})`}`,
              );
          },
          onReference: (base, repetition, alarms) => {
            if (json) return;
            const mark = alarms === 0 ? paint.green("✔") : paint.red("✖");
            printLine(
              `${mark} ${base} is correct${Number(options.repeat) > 1 ? `, time ${repetition}` : ""}${alarms === 0 ? "" : `: ${alarms} false alarms`}`,
            );
          },
        });
        if (json) printLine(JSON.stringify(asJson(report), null, 2));
        else printSummary(report);
        finish(report.passed ? 0 : 1);
      },
    );
}

/** @throws DativoError `USAGE` */
function timesOf(text: string): number {
  const times = Number(text);
  if (Number.isSafeInteger(times) && times >= 1) return times;
  throw new DativoError({
    code: "USAGE",
    message: `--repeat is "${text}", which is not a number of times.`,
    hint: "Write a whole number such as --repeat 20.",
  });
}

/** @throws DativoError `USAGE` when a mutant is not known */
function mutantsOf(text: string | undefined): string[] | undefined {
  return text
    ?.split(",")
    .map((id) => knownById(id.trim(), "mutant", MUTANTS, "dativo-test self-test lists them all.").id);
}

function printSummary(report: SelfTestReport): void {
  const { fates, leftOut, unproven, falseAlarms, referenceChecks, seconds } = report;
  for (const { base, result, repetition } of falseAlarms)
    printLine(
      `\n✖ false alarm: ${result.id} failed for ${base}, which is correct (time ${repetition})\n${result.failure?.happened ?? result.reason ?? ""}`,
    );
  if (unproven.length > 0)
    printLine(`\n✖ no mutant shows that these checks can fail: ${unproven.join(", ")}`);
  for (const { language, reason, mutants, references } of leftOut)
    printLine(
      `\n- skipped: ${mutants} mutants and ${references} correct plugins in ${LANGUAGES[language]}, because ${reason}`,
    );
  const killed = fates.filter((fate) => fate.killed).length;
  printLine(
    `\n${killed} of ${fates.length} mutants killed by the check that names them, ${falseAlarms.length} false alarms in ${referenceChecks} checks of correct plugins   ${seconds.toFixed(1)} s`,
  );
}

function asJson(report: SelfTestReport): unknown {
  const { fates, leftOut, unproven, falseAlarms, referenceChecks, seconds, passed } = report;
  return {
    passed,
    seconds,
    mutants: fates.map(({ mutant, killed, result }) => ({
      id: mutant.id,
      title: mutant.title,
      base: mutant.base,
      killed_by: mutant.killedBy,
      killed,
      ...(result?.failure === undefined ? {} : { happened: result.failure.happened }),
    })),
    skipped: leftOut,
    unproven_checks: unproven,
    false_alarms: falseAlarms.map(({ base, result, repetition }) => ({ base, check: result.id, repetition })),
    reference_checks: referenceChecks,
  };
}

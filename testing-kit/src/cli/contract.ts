import { DativoError } from "@dativo/protocol";
import { type Command, Option } from "commander";
import { CHECKS } from "../checks/catalogue.js";
import { TIERS, type Tier } from "../checks/check.js";
import { findSubjects } from "../project/find-subjects.js";
import { REPORTERS, type Reporter, renderReport } from "../reporters/render.js";
import { runContract } from "../run/contract.js";
import { failedChecks, keepReport, readReport } from "../run/last-report.js";
import { seedOf } from "../run/seed.js";
import { showsColour } from "./colour.js";
import { explainCheck, listChecks } from "./explain.js";
import { knownById } from "./known-id.js";
import type { ExitCode } from "./main.js";
import { printLine } from "./print.js";

interface Options {
  readonly tier: Tier;
  readonly only?: string;
  readonly onlyFailed?: boolean;
  readonly reporter: Reporter;
  readonly json?: boolean;
  readonly seed?: string;
  readonly reproduce?: string;
  readonly repeat: string;
  readonly explain?: string;
  readonly list?: boolean;
  readonly inProcess?: boolean;
}

/** Adds `dativo-test contract`. */
export function addContractCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command("contract")
    .description("Runs the contract checks on a plugin.")
    .argument("[plugin]", "a job file, or a plugin as a job names it; default: what the job files here name")
    .addOption(new Option("--tier <tier>", "how much may be done").choices(TIERS).default("offline"))
    .option("--only <ids>", "only these checks, such as R4.ties,R3.rate-limit")
    .option("--only-failed", "only the checks that failed the last time")
    .addOption(new Option("--reporter <form>", "form of the report").choices(REPORTERS).default("pretty"))
    .option("--json", "the same as --reporter json")
    .option("--seed <number>", "seed of everything that is chosen at random; random picks one")
    .option("--reproduce <report>", "runs what failed in a JSON report again, with its seed")
    .option(
      "--repeat <times>",
      "runs everything so many times, each with the next seed; stops at a failure",
      "1",
    )
    .option("--explain <check>", "says what a check is about, and runs nothing")
    .option("--list", "lists the checks, and runs nothing")
    .option("--in-process", "loads the plugin into this process, for debuggers")
    .option("--debug", "shows stack traces")
    .action(async (plugin: string | undefined, options: Options) => {
      const json = options.json === true || options.reporter === "json";
      if (options.list === true) return printLine(listChecks(json));
      if (options.explain !== undefined) return printLine(explainCheck(options.explain, json));
      finish(await runAndPrint(plugin, options, json ? "json" : options.reporter));
    });
}

async function runAndPrint(
  plugin: string | undefined,
  options: Options,
  reporter: Reporter,
): Promise<ExitCode> {
  const only = idsOf(options.only);
  const { subjects, projectRoot, config } = await findSubjects(process.cwd(), plugin, {
    live: options.tier === "live",
  });
  const repeated =
    options.reproduce !== undefined || options.onlyFailed === true
      ? readReport(projectRoot, options.reproduce)
      : undefined;
  const failed = repeated === undefined ? undefined : failedChecks(repeated);
  if (failed?.length === 0) {
    printLine("No check failed the last time.");
    return 0;
  }
  const first = repeated?.seed ?? seedOf(options.seed, subjects.map(({ name }) => name).join());
  const times = Number(options.repeat);
  if (!Number.isInteger(times) || times < 1)
    throw new DativoError({
      code: "USAGE",
      message: `--repeat is "${options.repeat}", which is not a number from 1.`,
    });
  const named = plugin === undefined ? "" : ` ${plugin}`;
  for (let index = 0; index < times; index += 1) {
    const seed = first + index;
    const report = await runContract(subjects, {
      seed,
      tier: repeated?.tier ?? options.tier,
      only: only ?? failed,
      skip: config.skip,
      ...(options.inProcess === true ? { placement: "in_process", parallel: 1 } : {}),
      reproduce: ({ id, tier }) =>
        `dativo-test contract${named} --only ${id}${tier === "offline" ? "" : ` --tier ${tier}`} --seed ${seed}`,
    });
    if (only === undefined && failed === undefined) keepReport(projectRoot, report);
    const last = report.summary.failed > 0 || index === times - 1;
    if (last) printLine(renderReport(report, reporter, showsColour()));
    if (report.summary.failed > 0) return 1;
  }
  return 0;
}

/** @throws DativoError `USAGE` when a check is not known */
function idsOf(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  return text.split(",").map((id) => knownById(id.trim(), "check", CHECKS, "dativo-test contract --list").id);
}

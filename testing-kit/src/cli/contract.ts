import type { Command } from "commander";
import { findSubjects } from "../project/find-subjects.js";
import { prettyReport } from "../reporters/pretty.js";
import { runContract } from "../run/contract.js";
import { seedOf } from "../run/seed.js";
import { showsColour } from "./colour.js";
import type { ExitCode } from "./main.js";

/** Adds `dativo-test contract`. */
export function addContractCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command("contract")
    .description("Runs the contract checks on a plugin.")
    .argument("[plugin]", "a job file, or a plugin as a job names it; default: what the job files here name")
    .option("--seed <number>", "seed of everything that is chosen at random")
    .option("--only <ids>", "runs only these checks, such as R4.ties,R3.rate-limit")
    .action(async (plugin: string | undefined, options: { seed?: string; only?: string }) => {
      const { subjects, config } = await findSubjects(process.cwd(), plugin);
      const seed = seedOf(options.seed, subjects.map(({ name }) => name).join());
      const report = await runContract(subjects, {
        seed,
        only: options.only?.split(","),
        skip: config.skip,
      });
      for (const line of prettyReport(report, showsColour())) process.stdout.write(`${line}\n`);
      finish(report.summary.failed > 0 ? 1 : 0);
    });
}

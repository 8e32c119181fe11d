import { DativoError } from "@dativo/protocol";
import type { CommandDefinition } from "./command-definition.js";
import { usage } from "./help.js";
import { nearbyJobs } from "./nearby-jobs.js";

/** Most job files that a hint lists. */
const LISTED = 8;

/**
 * Refuses a command line that lacks a required argument, and lists the job files nearby where one is missing.
 *
 * @throws DativoError `USAGE`
 */
export function requireArguments(
  command: CommandDefinition,
  values: Readonly<Record<string, unknown>>,
  cwd: string,
): void {
  const missing = command.arguments.find(({ name, required }) => required && values[name] === undefined);
  if (missing === undefined) return;
  const takesJob = missing.kind === "job" || missing.kind === "plugin_or_job";
  throw new DativoError({
    code: "USAGE",
    message: takesJob
      ? `dativo ${command.name} needs a job file.`
      : `dativo ${command.name} needs ${missing.name.toUpperCase()}: ${missing.summary}`,
    hint: takesJob ? jobHint(command, nearbyJobs(cwd)) : `Usage: ${usage(command)}`,
  });
}

function jobHint(command: CommandDefinition, jobs: readonly string[]): string {
  if (jobs.length === 0) return "There is none in this folder or in jobs/; write one with dativo init.";
  const lines = jobs.slice(0, LISTED).map((job) => `  dativo ${command.name} ${job}`);
  if (jobs.length > LISTED) lines.push(`  … and ${jobs.length - LISTED} more`);
  return ["Name one of those nearby:", ...lines].join("\n");
}

import type { Answers } from "../answers/answers.js";
import { DEFAULT_KIND, withDefaults } from "../answers/defaults.js";
import { recreateCommand } from "../answers/recreate.js";
import type { ConflictPolicy } from "../command-line/options.js";
import { Failure } from "../failure.js";
import { type CreateFlags, nameOfFolder } from "./create-flags.js";

/** Everything that `create` needs to know. */
export interface CreateRequest {
  readonly directory: string;
  readonly answers: Answers;
  readonly policy: ConflictPolicy;
  readonly install: boolean;
  readonly git: boolean;
  readonly verify: boolean;
  readonly dryRun: boolean;
}

/** A request from flags, with defaults for what they leave open. */
export function requestFrom(flags: CreateFlags): CreateRequest {
  const { given, install = true } = flags;
  const directory = flags.directory ?? given.name ?? `my-${given.kind ?? DEFAULT_KIND}`;
  const name = given.name ?? nameOfFolder(directory) ?? "";
  return {
    directory,
    answers: withDefaults({ ...given, name }),
    policy: flags.policy ?? "abort",
    install,
    git: flags.git,
    verify: flags.verify ?? install,
    dryRun: flags.dryRun,
  };
}

/**
 * The request of flags alone, where nobody can be asked.
 *
 * @throws Failure `USAGE` naming what is missing, unless `--yes` says to take defaults
 */
export function requestWithoutAsking(flags: CreateFlags): CreateRequest {
  const request = requestFrom(flags);
  const { given, directory, yes } = flags;
  const missing = [
    ...(directory === undefined ? ["dir"] : []),
    ...(given.kind === undefined ? ["--kind"] : []),
    ...(given.lang === undefined ? ["--lang"] : []),
  ];
  if (yes || missing.length === 0) return request;
  throw new Failure(
    "USAGE",
    `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing, and nobody can be asked here.`,
    `With the defaults:\n${recreateCommand(request.answers, "latest", request.directory)}`,
  );
}

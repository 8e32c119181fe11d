import type { ArgumentsOf, OptionsOf } from "./command-definition.js";
import type { CommandName, CommandNamed } from "./command-table.js";
import type { Context } from "./context.js";

/** 0 done, 1 finished with rejected records, 2 failed, 130 interrupted. */
export type ExitCode = 0 | 1 | 2 | 130;

/** What a command has to say; it is printed once, as text or as one JSON document. */
export interface CommandResult {
  /** @default 0 */
  readonly exitCode?: ExitCode;
  /** The document of `--json`. */
  readonly json: () => unknown;
  /** Lines for people; those that come one by one are not kept. */
  readonly text: () => Iterable<string> | AsyncIterable<string>;
  /** Lines for people on standard error, after the text: why it failed. */
  readonly problem?: () => Iterable<string>;
}

/** What a command is given, as the command table describes it. */
export interface CommandInput<Name extends CommandName> {
  readonly arguments: ArgumentsOf<CommandNamed<Name>>;
  readonly options: OptionsOf<CommandNamed<Name>>;
  readonly context: Context;
}

/** A command: parsing was done, printing will be. */
export type CommandHandler<Name extends CommandName> = (input: CommandInput<Name>) => Promise<CommandResult>;

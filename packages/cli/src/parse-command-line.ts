import { DativoError } from "@dativo/protocol";
import { Command as CommanderCommand, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CommandDefinition, OptionDefinition } from "./command-definition.js";
import { COMMAND_TABLE, type CommandName, GLOBAL_OPTIONS, VERB_SUMMARIES } from "./command-table.js";

/** What a command line asks for. */
export type Invocation =
  | { readonly kind: "version" }
  /** Help of the program, of a verb with actions, or of a command. */
  | { readonly kind: "help"; readonly topic?: string }
  | {
      readonly kind: "command";
      readonly name: CommandName;
      readonly arguments: Readonly<Record<string, unknown>>;
      readonly options: Readonly<Record<string, unknown>>;
    };

/**
 * Parses the words after `dativo`. Whether required arguments are there is for `requireArguments`, which can say
 * what they could be.
 *
 * @throws DativoError `USAGE` with the nearest known word as its hint
 * @example
 * parseCommandLine(["run", "job.yaml", "--limit", "5"]) // { kind: "command", name: "run", … }
 */
export function parseCommandLine(words: readonly string[]): Invocation {
  let invocation: Invocation | undefined;
  const program = new CommanderCommand("dativo");
  program
    .exitOverride()
    .configureOutput({ writeOut: () => {}, writeErr: () => {} })
    .helpOption(false)
    .helpCommand(false);
  for (const option of GLOBAL_OPTIONS) program.addOption(commanderOption(option));
  const verbs = new Map<string, CommanderCommand>();

  for (const definition of COMMAND_TABLE as readonly CommandDefinition[]) {
    const [verb, action] = definition.name.split(" ") as [string, string?];
    const parent = action === undefined ? program : (verbs.get(verb) ?? program.command(verb));
    if (action !== undefined) verbs.set(verb, parent);
    const command = parent
      .command(action ?? verb)
      .helpOption(false)
      .helpCommand(false);
    for (const { name, kind } of definition.arguments)
      command.argument(kind === "list" ? `[${name}...]` : `[${name}]`);
    for (const option of definition.options) command.addOption(commanderOption(option));
    command.action(() => {
      const values = Object.fromEntries(
        definition.arguments.map(({ name }, index) => [name, command.processedArgs[index]]),
      );
      invocation = {
        kind: "command",
        name: definition.name as CommandName,
        arguments: values,
        options: command.opts(),
      };
    });
  }

  try {
    program.parse([...words], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code !== "commander.help") throw usageError(error, words);
  }
  const global = program.opts<{ help?: boolean; version?: boolean }>();
  if (global.version === true && global.help !== true) return { kind: "version" };
  if (invocation === undefined) {
    const verb = program.args.find((word) => Object.hasOwn(VERB_SUMMARIES, word));
    return verb === undefined ? { kind: "help" } : { kind: "help", topic: verb };
  }
  if (invocation.kind === "command") {
    if (global.help === true) return { kind: "help", topic: invocation.name };
    checkChoices(invocation.name, invocation.arguments);
    if (invocation.name === "help")
      return helpTopic(invocation.arguments.command as readonly string[] | undefined);
  }
  return invocation;
}

function commanderOption(definition: OptionDefinition): Option {
  const { flag, short, value, summary } = definition;
  const dashes = `${short === undefined ? "" : `-${short}, `}--${flag}`;
  if (value === undefined) return new Option(dashes, summary);
  const option = new Option(`${dashes} <${value.placeholder}>`, summary);
  if (value.kind === "integer") option.argParser(positiveInteger);
  if (value.kind === "list") option.argParser(nameList);
  if (value.choices !== undefined) option.choices([...value.choices]);
  return option;
}

function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("Expected a whole number above 0.");
  return value;
}

function nameList(text: string): string[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.some((name) => name === ""))
    throw new InvalidArgumentError("Expected names with commas between them.");
  return names;
}

function checkChoices(name: string, values: Readonly<Record<string, unknown>>): void {
  const definition = (COMMAND_TABLE as readonly CommandDefinition[]).find((command) => command.name === name);
  for (const { name: argument, choices } of definition?.arguments ?? []) {
    const value = values[argument];
    if (choices === undefined || value === undefined || choices.includes(String(value))) continue;
    throw new DativoError({
      code: "USAGE",
      message: `There is no ${argument} "${value}" for dativo ${name}.`,
      hint: `Use one of ${choices.join(", ")}.`,
    });
  }
}

/** `help state show` and `help state` are topics; a word that is no command is an unknown command. */
function helpTopic(words: readonly string[] | undefined): Invocation {
  if (words === undefined || words.length === 0) return { kind: "help" };
  const topic = words.join(" ");
  const isKnown =
    COMMAND_TABLE.some((command) => command.name === topic) || Object.hasOwn(VERB_SUMMARIES, topic);
  return isKnown ? { kind: "help", topic } : parseCommandLine([...words, "--help"]);
}

function usageError(error: CommanderError, words: readonly string[]): DativoError {
  const [first = "", second = ""] = error.message.replace(/^error: /, "").split("\n");
  const nearest = /\(Did you mean (?:one of )?(.*)\?\)/.exec(second)?.[1];
  const message = first.replaceAll("'", '"').replace(/\.?$/, ".");
  const verb = words.find((word) => !word.startsWith("-"));
  const known = COMMAND_TABLE.some((command) => command.name.split(" ")[0] === verb);
  const see = `See dativo help${known ? ` ${verb}` : ""}.`;
  return new DativoError({
    code: "USAGE",
    message: `${message.charAt(0).toUpperCase()}${message.slice(1)}`,
    hint: nearest === undefined ? see : `Did you mean ${nearest}? ${see}`,
    cause: error,
  });
}

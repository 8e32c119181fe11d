import { parseArgs } from "node:util";
import { nearestName } from "@dativo/protocol";
import { Failure } from "../failure.js";
import { COMMANDS, type CommandDefinition, type CommandName, type OptionDefinition } from "./options.js";

/** A command line that names a known command and known options. */
export interface CommandLine {
  readonly command: CommandName;
  readonly arguments: readonly string[];
  /** Values by flag; switches are booleans. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
}

/**
 * Reads a command line; nothing is asked or written before all of it is understood.
 *
 * @throws Failure `USAGE` that names the nearest known word
 */
export function parseCommandLine(words: readonly string[]): CommandLine {
  // `npm create x -- --yes` loses the `--`, other package managers hand it on.
  const given = words.filter((word) => word !== "--");
  const { command, rest } = commandOf(given);
  const definition: CommandDefinition = COMMANDS.find(({ name }) => name === command) ?? COMMANDS[0];
  const flags: Record<string, string | boolean> = {};
  const positionals: string[] = [];
  const { tokens } = parseArgs({
    args: rest,
    options: Object.fromEntries(definition.options.flatMap(parseOptions)),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens)
    if (token.kind === "positional") positionals.push(token.value);
    else if (token.kind === "option") {
      const [flag, value] = readOption(definition, token);
      if (flags[flag] !== undefined && flags[flag] !== value)
        throw new Failure("USAGE", `--${flag} is given twice, with different values.`);
      flags[flag] = value;
    }
  const [atLeast, atMost] = definition.arguments;
  const usage = `create-dativo-plugin ${command === "create" ? "" : `${command} `}${definition.usage}`;
  if (flags.help !== true && positionals.length < atLeast)
    throw new Failure("USAGE", `${command} needs ${definition.usage}.`, usage);
  if (positionals.length > atMost)
    throw new Failure("USAGE", `${JSON.stringify(positionals[atMost])} is one argument too many.`, usage);
  return { command, arguments: positionals, flags };
}

function commandOf(words: readonly string[]): { command: CommandName; rest: string[] } {
  const [first = "", second = ""] = words;
  for (const { name } of COMMANDS) {
    const parts = name.split(" ");
    if (parts.every((part, index) => words[index] === part))
      return { command: name, rest: words.slice(parts.length) };
  }
  if (first === "add") {
    const actions = COMMANDS.filter(({ name }) => name.startsWith("add ")).map(({ name }) => name);
    if (second === "--help" || second === "-h") return { command: "add object", rest: ["--help"] };
    throw new Failure("USAGE", `add adds an object or a writer-mode.`, `Use ${actions.join(", or ")}.`);
  }
  return { command: "create", rest: [...words] };
}

type ParseOption = [string, { type: "string" | "boolean"; short?: string }];

function parseOptions({ flag, value, short }: OptionDefinition): ParseOption[] {
  const type = value === undefined ? "boolean" : "string";
  return [[flag, { type, ...(short === undefined ? {} : { short }) }]];
}

function readOption(
  definition: CommandDefinition,
  token: { readonly name: string; readonly rawName: string; readonly value?: string | undefined },
): [string, string | boolean] {
  const { options } = definition;
  const negated = options.find(
    ({ flag, negatable }) => negatable === true && token.rawName === `--no-${flag}`,
  );
  const option = negated ?? options.find(({ flag }) => flag === token.name);
  if (option === undefined) {
    const flags = options.flatMap(({ flag, negatable }) => [
      `--${flag}`,
      ...(negatable === true ? [`--no-${flag}`] : []),
    ]);
    const nearest = nearestName(token.rawName, flags);
    throw new Failure(
      "USAGE",
      `${definition.name} has no option ${token.rawName}.`,
      nearest === undefined ? "create-dativo-plugin --help lists them." : `Did you mean ${nearest}?`,
    );
  }
  if (option.value === undefined) {
    if (token.value !== undefined)
      throw new Failure("USAGE", `${token.rawName} is a switch and takes no value.`);
    return [option.flag, negated === undefined];
  }
  if (token.value === undefined)
    throw new Failure("USAGE", `${token.rawName} needs a value: ${option.value}.`);
  return [option.flag, token.value];
}

import type { CommandDefinition, OptionDefinition } from "./command-definition.js";
import { COMMAND_TABLE, GLOBAL_OPTIONS, VERB_SUMMARIES } from "./command-table.js";
import type { Colours } from "./terminal/output.js";
import { formatTable } from "./terminal/table.js";

const TABLE: readonly CommandDefinition[] = COMMAND_TABLE;

/** Help of the program: a line for each verb. */
export function programHelp(colours: Colours): string[] {
  const rows: string[][] = [];
  for (const command of TABLE) {
    const [verb, action] = command.name.split(" ") as [string, string?];
    if (action === undefined) rows.push([colours.cyan(verb), command.summary]);
    else if (rows.at(-1)?.[0] !== colours.cyan(verb))
      rows.push([colours.cyan(verb), VERB_SUMMARIES[verb] ?? command.summary]);
  }
  return [
    "dativo moves data between what your plugins read and write, and loses or doubles nothing.",
    "",
    `${colours.bold("Usage")}  dativo <command> [options]`,
    "",
    colours.bold("Commands"),
    ...formatTable(rows, { indent: "  " }),
    "",
    colours.bold("Options"),
    ...optionLines(GLOBAL_OPTIONS, colours),
    "",
    colours.bold("Start"),
    ...exampleLines(
      [
        { line: "dativo init", summary: "A job and a plugin that run at once" },
        { line: "dativo run job.yaml", summary: "Run it" },
        { line: "dativo help run", summary: "Help for a command" },
      ],
      colours,
    ),
  ];
}

/** Help of one command. */
export function commandHelp(command: CommandDefinition, colours: Colours): string[] {
  const lines = [command.summary];
  for (const paragraph of command.description ?? []) lines.push("", ...wrapped(paragraph, 100));
  lines.push("", `${colours.bold("Usage")}  ${usage(command)}`);
  if (command.arguments.length > 0)
    lines.push(
      "",
      colours.bold("Arguments"),
      ...formatTable(
        command.arguments.map((argument) => [colours.cyan(argument.name), argument.summary]),
        { indent: "  " },
      ),
    );
  lines.push("", colours.bold("Options"), ...optionLines([...command.options, ...GLOBAL_OPTIONS], colours));
  lines.push(
    "",
    colours.bold(command.examples.length === 1 ? "Example" : "Examples"),
    ...exampleLines(command.examples, colours),
  );
  return lines;
}

/** Help of a verb that has actions, such as `state`. */
export function verbHelp(verb: string, colours: Colours): string[] {
  const actions = actionsOf(verb);
  return [
    VERB_SUMMARIES[verb] ?? "",
    "",
    `${colours.bold("Usage")}  dativo ${verb} <action> [options]`,
    "",
    colours.bold("Actions"),
    ...formatTable(
      actions.map((command) => [
        colours.cyan(usage(command).replace(`dativo ${verb} `, "")),
        command.summary,
      ]),
      { indent: "  " },
    ),
    "",
    colours.bold("Examples"),
    ...exampleLines(
      actions.map((command) => command.examples[0]),
      colours,
    ),
  ];
}

/** Commands of a verb that has actions; none for a verb that is a command itself. */
export function actionsOf(verb: string): readonly CommandDefinition[] {
  return TABLE.filter((command) => command.name.startsWith(`${verb} `));
}

/** The command of that name, such as `run` or `state show`. */
export function findCommand(name: string): CommandDefinition | undefined {
  return TABLE.find((command) => command.name === name);
}

/** One line that shows how a command is typed. */
export function usage(command: CommandDefinition): string {
  const words = command.arguments.map((argument) => {
    const name =
      argument.kind === "choice" ? (argument.choices ?? []).join("|") : argument.name.toUpperCase();
    return argument.required ? name : `[${name}]`;
  });
  return ["dativo", command.name, ...words, ...(command.options.length > 0 ? ["[options]"] : [])].join(" ");
}

/** How an option is typed, such as `-h, --help` or `--limit N`. */
export function flagText(option: OptionDefinition): string {
  const short = option.short === undefined ? "" : `-${option.short}, `;
  return `${short}--${option.flag}${option.value === undefined ? "" : ` ${option.value.placeholder}`}`;
}

function optionLines(options: readonly OptionDefinition[], colours: Colours): string[] {
  return formatTable(
    options.map((option) => [colours.cyan(flagText(option)), option.summary]),
    { indent: "  " },
  );
}

function exampleLines(
  examples: CommandDefinition["examples"] | readonly CommandDefinition["examples"][number][],
  colours: Colours,
): string[] {
  return formatTable(
    examples.map((example) => [example.line, colours.dim(example.summary)]),
    { indent: "  " },
  );
}

function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > columns) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

import { COMMANDS, type CommandDefinition, type CommandName, type OptionDefinition } from "./options.js";

/** Help for one command; for `create`, with the other commands. */
export function helpText(command: CommandName, version: string): string {
  const definition: CommandDefinition = COMMANDS.find(({ name }) => name === command) ?? COMMANDS[0];
  const isCreate = command === "create";
  const lines = [
    `create-dativo-plugin ${version}`,
    "",
    definition.summary,
    "",
    "Usage",
    ...(isCreate
      ? [
          "  npm create dativo-plugin@latest [dir] -- [options]",
          "  npx create-dativo-plugin <command> [options]",
        ]
      : [
          `  npx create-dativo-plugin ${[command, definition.usage].filter((part) => part !== "").join(" ")} [options]`,
        ]),
    "",
    "Options",
    ...table(definition.options.map((option) => [optionText(option), option.summary])),
  ];
  if (isCreate)
    lines.push(
      "",
      "Commands, in a project",
      ...table(COMMANDS.slice(1).map(({ name, usage, summary }) => [`${name} ${usage}`.trim(), summary])),
      "",
      "Example",
      "  npm create dativo-plugin@latest quakes -- --lang ts --kind reader --objects quakes --yes",
    );
  return `${lines.join("\n")}\n`;
}

function optionText({ flag, short, value, negatable }: OptionDefinition): string {
  const name = negatable === true ? `--[no-]${flag}` : `--${flag}`;
  return `${short === undefined ? "" : `-${short}, `}${name}${value === undefined ? "" : ` ${value}`}`;
}

function table(rows: readonly (readonly [string, string] | readonly string[])[]): string[] {
  const width = Math.min(44, Math.max(...rows.map(([left = ""]) => left.length)));
  return rows.map(([left = "", right = ""]) =>
    left.length > width ? `  ${left}\n  ${" ".repeat(width)}  ${right}` : `  ${left.padEnd(width)}  ${right}`,
  );
}

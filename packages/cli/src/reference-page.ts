import type { CommandDefinition } from "./command-definition.js";
import { COMMAND_TABLE, GLOBAL_OPTIONS } from "./command-table.js";
import { flagText, usage } from "./help.js";

/** The reference page of the command line, as Markdown. */
export function referencePage(): string {
  const commands: readonly CommandDefinition[] = COMMAND_TABLE;
  return [
    "# The dativo command",
    "",
    "<!-- Generated from packages/cli/src/command-table.ts by `npm run generate`; edit that file instead. -->",
    "",
    "| Command | |",
    "| --- | --- |",
    ...commands.map(({ name, summary }) => `| [\`${name}\`](#${anchor(name)}) | ${cell(summary)} |`),
    "",
    "Every command takes:",
    "",
    ...optionTable(GLOBAL_OPTIONS),
    "",
    'Results go to standard output, progress, log and errors to standard error. With `--json`, standard output is exactly one JSON document; a failure is `{"error": {…}}`. Error codes are explained in [errors.md](errors.md).',
    "",
    "| Exit code | |",
    "| --- | --- |",
    "| 0 | Done; an incremental run that found nothing new is done. |",
    "| 1 | Finished, with rejected records. |",
    "| 2 | Failed, or the command line was not understood. |",
    "| 130 | Interrupted. |",
    "",
    ...commands.flatMap(section),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

function section(command: CommandDefinition): string[] {
  const lines = [`## ${command.name}`, "", command.summary, ""];
  for (const paragraph of command.description ?? []) lines.push(paragraph, "");
  lines.push("```", usage(command), "```", "");
  if (command.arguments.length > 0)
    lines.push(
      "| Argument | |",
      "| --- | --- |",
      ...command.arguments.map(({ name, summary }) => `| \`${name}\` | ${cell(summary)} |`),
      "",
    );
  if (command.options.length > 0) lines.push(...optionTable(command.options), "");
  lines.push("```sh", ...command.examples.map(({ line, summary }) => `${line}   # ${summary}`), "```", "");
  return lines;
}

function optionTable(options: CommandDefinition["options"]): string[] {
  return [
    "| Option | |",
    "| --- | --- |",
    ...options.map((option) => `| \`${cell(flagText(option))}\` | ${cell(option.summary)} |`),
  ];
}

function anchor(name: string): string {
  return name.replaceAll(" ", "-");
}

/** A bar would end the table cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}

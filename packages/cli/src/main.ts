import { type DativoError, toDativoError } from "@dativo/protocol";
import type { CommandHandler, CommandResult, ExitCode } from "./command.js";
import { COMMAND_MODULES } from "./command-modules.js";
import type { CommandName } from "./command-table.js";
import type { Context } from "./context.js";
import { withoutStack } from "./error-json.js";
import { actionsOf, commandHelp, findCommand, programHelp, verbHelp } from "./help.js";
import { Interruption } from "./interruption.js";
import { jsonText } from "./json-text.js";
import { installLastResort } from "./last-resort.js";
import { parseCommandLine } from "./parse-command-line.js";
import { requireArguments } from "./require-arguments.js";
import { errorLink, errorText } from "./terminal/error-text.js";
import { Output, showsColour } from "./terminal/output.js";
import { printResultsWith } from "./terminal/standard-output.js";
import { toolVersion } from "./version.js";

/**
 * Runs one command line and returns its exit code; everything printed has left the process when it settles.
 *
 * @param words what was typed after `dativo`
 */
export async function main(words: readonly string[]): Promise<ExitCode> {
  const flags = new Set(words.includes("--") ? words.slice(0, words.indexOf("--")) : words);
  const env = flags.has("--no-color")
    ? { ...process.env, NO_COLOR: "1", FORCE_COLOR: undefined }
    : process.env;
  const stdout = new Output(process.stdout, showsColour(env, process.stdout.isTTY === true));
  const stderr = new Output(process.stderr, showsColour(env, process.stderr.isTTY === true));
  printResultsWith(stdout);
  const interruption = new Interruption(() =>
    stderr.line("\nInterrupted; ending at the open checkpoint. Press Ctrl-C again to end at once."),
  );
  const context: Context = {
    cwd: process.cwd(),
    env,
    stdout,
    stderr,
    json: flags.has("--json"),
    debug: flags.has("--debug"),
    redactors: [],
    cancellation: () => interruption.signal(),
  };
  const fail = (thrown: unknown): ExitCode => {
    const error = toDativoError(thrown, { code: "INTERNAL" });
    printError(error, context);
    return interruption.isInterrupted || error.code === "INTERRUPTED" ? 130 : 2;
  };
  const flushed = () => Promise.all([stdout.flushed(), stderr.flushed()]);
  installLastResort((thrown) => {
    const exitCode = fail(thrown);
    void flushed().finally(() => process.exit(exitCode));
  });
  let exitCode: ExitCode;
  try {
    exitCode = await print(await execute(words, context), context);
  } catch (thrown) {
    exitCode = fail(thrown);
  }
  await flushed();
  if (stdout.failure === undefined) return exitCode;
  stderr.line(`✖ The output could not be written: ${stdout.failure.message}`);
  await stderr.flushed();
  return 2;
}

async function execute(words: readonly string[], context: Context): Promise<CommandResult> {
  const invocation = parseCommandLine(words);
  if (invocation.kind === "version") return textOnly([toolVersion()]);
  if (invocation.kind === "help") return textOnly(helpLines(invocation.topic, context));
  const command = findCommand(invocation.name);
  if (command !== undefined) requireArguments(command, invocation.arguments, context.cwd);
  const load = COMMAND_MODULES[invocation.name as keyof typeof COMMAND_MODULES];
  // The table and its mapped types have paired the name with the shapes of its arguments and options.
  const handler = (await load()) as unknown as CommandHandler<CommandName>;
  return handler({ arguments: invocation.arguments, options: invocation.options, context } as never);
}

async function print(result: CommandResult, { json, debug, stdout, stderr }: Context): Promise<ExitCode> {
  if (json) stdout.line(jsonText(debug ? result.json() : withoutStack(result.json())));
  else
    for await (const line of result.text()) {
      if (!stdout.isOpen) break;
      stdout.line(line);
      if (stdout.isFull) await stdout.flushed();
    }
  for (const line of (json ? undefined : result.problem?.()) ?? []) stderr.line(line);
  return result.exitCode ?? 0;
}

function printError(error: DativoError, { json, debug, stdout, stderr, redactors }: Context): void {
  const safe = (text: string) => redactors.reduce((redacted, redactor) => redactor.text(redacted), text);
  const document = { error: { ...error.toJSON(), docs: errorLink(error.code) } };
  if (json) stdout.line(safe(jsonText(debug ? document : withoutStack(document))));
  if (!json || debug) for (const line of errorText(error, stderr.colours, { debug })) stderr.line(safe(line));
}

function helpLines(topic: string | undefined, { stdout }: Context): string[] {
  if (topic === undefined) return programHelp(stdout.colours);
  const command = findCommand(topic);
  return command === undefined || actionsOf(topic).length > 0
    ? verbHelp(topic, stdout.colours)
    : commandHelp(command, stdout.colours);
}

function textOnly(lines: readonly string[]): CommandResult {
  return { json: () => ({ text: lines.join("\n") }), text: () => lines };
}

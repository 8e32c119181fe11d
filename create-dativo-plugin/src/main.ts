import { helpText } from "./command-line/help.js";
import { type CommandLine, parseCommandLine } from "./command-line/parse-command-line.js";
import { EXIT_CODES } from "./exit-code.js";
import { Failure } from "./failure.js";
import { processTerminal, type Terminal } from "./terminal.js";
import { VERSION } from "./version.js";

/** Runs one command line and returns its exit code. */
export async function main(words: readonly string[]): Promise<number> {
  const json = words.includes("--json");
  const terminal = processTerminal({ json, ask: !words.includes("--yes") && !words.includes("-y") });
  try {
    if (words.some((word) => word === "--version" || word === "-v")) {
      process.stdout.write(`${VERSION}\n`);
      return EXIT_CODES.DONE;
    }
    const line = parseCommandLine(words);
    if (line.flags.help === true) {
      process.stdout.write(helpText(line.command, VERSION));
      return EXIT_CODES.DONE;
    }
    return await runCommand(line, terminal);
  } catch (thrown) {
    return report(thrown, terminal, words.includes("--debug"));
  }
}

/** What is heavy is imported by the command that needs it, so that help and errors are there at once. */
async function runCommand(line: CommandLine, terminal: Terminal): Promise<number> {
  switch (line.command) {
    case "create":
      return (await import("./commands/create.js")).create(line, terminal);
    case "add object":
      return (await import("./commands/add-object.js")).addObject(line, terminal);
    case "add writer-mode":
      return (await import("./commands/add-writer-mode.js")).addWriterMode(line, terminal);
    case "upgrade":
      return (await import("./commands/upgrade.js")).upgrade(line, terminal);
    case "doctor":
      return (await import("./commands/doctor.js")).doctor(line, terminal);
  }
}

function report(thrown: unknown, terminal: Terminal, debug: boolean): number {
  const failure =
    thrown instanceof Failure
      ? thrown
      : new Failure(
          "INTERNAL",
          thrown instanceof Error ? thrown.message : String(thrown),
          "This is a defect of create-dativo-plugin. Run it again with --debug and report what it prints.",
        );
  const { code, message, hint, exitCode } = failure;
  terminal.document({ error: { code, message, ...(hint === undefined ? {} : { hint }) } });
  const { stderr } = process;
  stderr.write(code === "CANCELLED" ? `${message}\n` : `✖ ${code}  ${message}\n`);
  if (hint !== undefined) stderr.write(`  ${hint.replaceAll("\n", "\n  ")}\n`);
  if (debug) stderr.write(`${thrown instanceof Error ? thrown.stack : thrown}\n`);
  return exitCode;
}

import { isDativoError, toDativoError } from "@dativo/protocol";
import { Command } from "commander";
import { kitVersion } from "../version.js";
import { addContractCommand } from "./contract.js";
import { addMockCommands } from "./mock.js";
import { addRecordCommand } from "./record.js";
import { addRunCommand } from "./run.js";
import { addSelfTestCommand } from "./self-test.js";

/** Exit codes of `dativo-test`: everything passed, a check failed, it could not be run. */
export type ExitCode = 0 | 1 | 2;

/** Runs one command line and returns its exit code. */
export async function main(words: readonly string[]): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = new Command("dativo-test")
    .description("Proves that a Dativo plugin keeps the promises of the plugin contract.")
    .version(kitVersion())
    .exitOverride()
    .showHelpAfterError("(dativo-test --help lists commands and options)");
  const finish = (code: ExitCode) => {
    exitCode = code;
  };
  addContractCommand(program, finish);
  addSelfTestCommand(program, finish);
  addMockCommands(program, finish);
  addRecordCommand(program, finish);
  addRunCommand(program, finish);
  try {
    await program.parseAsync(words, { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (isCommanderEnd(thrown)) return thrown.exitCode === 0 ? 0 : 2;
    const error = toDativoError(thrown, { code: "INTERNAL" });
    if (words.includes("--json") || words.join(" ").includes("--reporter json"))
      process.stdout.write(`${JSON.stringify({ error: error.toJSON() })}\n`);
    process.stderr.write(`✖ ${error.code}  ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    if (words.includes("--debug") || !isDativoError(thrown))
      process.stderr.write(`${(thrown as Error).stack}\n`);
    return 2;
  }
}

function isCommanderEnd(thrown: unknown): thrown is { readonly exitCode: number } {
  return thrown instanceof Error && "code" in thrown && String(thrown.code).startsWith("commander.");
}

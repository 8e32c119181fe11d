import type { RunReport } from "@dativo/engine";
import { type Row, toJsonSafe } from "@dativo/protocol";
import type { Command } from "commander";
import { createEngineHarness } from "../harness/engine-harness.js";
import type { ExitCode } from "./main.js";
import { printLine } from "./print.js";

/** Adds `dativo-test run`. */
export function addRunCommand(program: Command, finish: (code: ExitCode) => void): void {
  program
    .command("run")
    .description("Runs a job with a temporary state and target and its mock API, and looks at the result.")
    .argument("<job>", "a job file")
    .option(
      "--sql <query>",
      "a query over what was written, each object a table; a single false fails the command",
    )
    .option("--json", "prints JSON")
    .option("--debug", "shows stack traces")
    .action(async (job: string, { sql, json }: { sql?: string; json?: boolean }) => {
      await using engine = await createEngineHarness({ job });
      const report = await engine.run();
      const rows = sql === undefined ? undefined : await engine.query(sql);
      if (json === true)
        printLine(
          JSON.stringify({ report, ...(rows === undefined ? {} : { rows: toJsonSafe(rows) }) }, null, 2),
        );
      else
        for (const line of [
          ...reportLines(report),
          ...(rows ?? []).map((row) => JSON.stringify(toJsonSafe(row))),
        ])
          printLine(line);
      const refuted = rows !== undefined && isFalse(rows);
      if (refuted && json !== true) printLine(`✖ ${sql} is false`);
      finish(report.exit_code === 0 && !refuted ? 0 : 1);
    });
}

function isFalse(rows: readonly Row[]): boolean {
  const [first] = rows;
  return (
    rows.length === 1 &&
    first !== undefined &&
    Object.values(first).length === 1 &&
    Object.values(first)[0] === false
  );
}

function reportLines({ objects, status, error, seconds }: RunReport): string[] {
  const lines = objects.map(({ object, read, written, filtered, deduplicated, rejected }) => {
    const others = Object.entries({ filtered, deduplicated, rejected }).filter(([, count]) => count > 0);
    const sum = [`${written} written`, ...others.map(([what, count]) => `${count} ${what}`)].join(" + ");
    return `${status === "failed" ? "✖" : "✔"} ${object}   ${read} read = ${sum}`;
  });
  if (error !== undefined) lines.push(`✖ ${error.error_code}  ${error.message}`);
  return [...lines, `${status} in ${seconds.toFixed(1)} s`];
}

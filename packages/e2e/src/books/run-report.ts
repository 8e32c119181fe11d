import { readdirSync, readFileSync } from "node:fs";
import type { RunReport } from "@dativo/engine";
import { expect } from "vitest";
import type { Project } from "../dativo.js";

/** A dead letter as its file holds it. */
export interface Letter {
  readonly object: string;
  readonly index: number;
  readonly reason: string;
  readonly path?: string;
  readonly expected?: string;
  readonly got?: string;
  readonly record: unknown;
}

/** Runs a command that ends with a report, and checks what must hold of every report. */
export async function reported(
  project: Project,
  args: readonly string[],
  exitCode: number,
  env: Readonly<Record<string, string>> = {},
): Promise<RunReport> {
  const { code, stdout, stderr } = await project.dativo([...args, "--json"], { env });
  expect(code, `${stderr}${stdout}`).toBe(exitCode);
  const report = JSON.parse(stdout) as RunReport;
  for (const { object, read, written, filtered, deduplicated, rejected } of report.objects)
    expect(written + filtered + deduplicated + rejected, `books of ${object}`).toBe(read);
  return report;
}

/** The dead letters of a run. */
export function lettersOf(project: Project, runId: string): Letter[] {
  const text = readFileSync(project.path(".dativo/runs", runId, "dead-letters.jsonl"), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Letter);
}

/** Records of the JSON Lines files of an object. */
export function jsonLines(project: Project, object: string): Record<string, unknown>[] {
  const folder = project.path("out", object);
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith(".jsonl"))
    .flatMap((name) => readFileSync(`${folder}/${name}`, "utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** Records as sorted lines of text, so that two lists are equal when they are the same multiset. */
export function multiset(records: readonly unknown[]): string[] {
  return records.map((record) => JSON.stringify(record)).sort();
}

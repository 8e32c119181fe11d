import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { DativoError } from "@dativo/protocol";
import { type ContractReport, contractReportSchema } from "./report.js";

const FILE = join(".dativo", "test", "last-report.json");

/** Keeps a report for `--only-failed`. */
export function keepReport(projectRoot: string, report: ContractReport): void {
  const path = join(projectRoot, FILE);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
}

/**
 * A report that was kept, or written to a file.
 *
 * @param path A file; the last report of the project when absent
 * @throws DativoError `USAGE` when there is none or it is not a report
 */
export function readReport(projectRoot: string, path?: string): ContractReport {
  const file = path === undefined ? join(projectRoot, FILE) : resolve(path);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new DativoError({
      code: "USAGE",
      message: path === undefined ? "There is no report of an earlier run here." : `${path} is not a report.`,
      hint: "Run dativo-test contract first, or dativo-test contract --reporter json > report.json",
      cause,
    });
  }
  const found = contractReportSchema.safeParse(value);
  if (found.success) return found.data;
  throw new DativoError({ code: "USAGE", message: `${file} is not a report of this version of the kit.` });
}

/** Ids of the checks that failed. */
export function failedChecks(report: ContractReport): string[] {
  const failed = report.subjects.flatMap(({ checks }) => checks.filter(({ status }) => status === "failed"));
  return [...new Set(failed.map(({ id }) => id))];
}

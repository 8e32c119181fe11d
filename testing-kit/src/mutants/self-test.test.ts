import { expect, it } from "vitest";
import { CHECKS, findCheck } from "../checks/catalogue.js";
import { runChecks } from "../run/run-checks.js";
import { dativoTest } from "../testing/kit-command.js";
import { MUTANTS } from "./bank.js";
import type { Mutant } from "./mutant.js";
import { MutantFolder } from "./mutant-subject.js";

it("kills every mutant by the check that names it, and finds nothing wrong with correct plugins", async () => {
  const { stdout } = await dativoTest(["self-test", "--tier", "offline", "--json"], process.cwd());
  const report = JSON.parse(stdout) as {
    readonly mutants: readonly { readonly id: string; readonly killed: boolean }[];
    readonly [name: string]: unknown;
  };
  expect(report.mutants.filter(({ killed }) => !killed)).toEqual([]);
  expect(report).toMatchObject({ passed: true, false_alarms: [], unproven_checks: [] });
  expect(report.mutants.length).toBeGreaterThanOrEqual(60);
  expect(report.reference_checks).toBeGreaterThan(150);
}, 300_000);

it("names a mutant once, and only checks that there are", () => {
  const ids = MUTANTS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(MUTANTS.filter(({ killedBy }) => findCheck(killedBy) === undefined)).toEqual([]);
});

it("gives each check an id that begins as its clause says", () => {
  const ids = CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(CHECKS.filter(({ id, kind }) => !id.startsWith(kind === "reader" ? "R" : "W"))).toEqual([]);
});

it("says so when a check does not kill its mutant, and when an edit does not fit", async () => {
  using folder = new MutantFolder();
  const mutant: Mutant = {
    id: "harmless",
    title: "is correct",
    base: "writer-merge",
    killedBy: "W2.merge",
    edits: [],
  };
  const report = await runChecks(await folder.mutant(mutant), {
    seed: 1,
    placement: "in_process",
    only: [mutant.killedBy],
  });
  expect(report.summary).toMatchObject({ passed: 1, failed: 0 });
  const astray = folder.mutant({ ...mutant, edits: [["no such piece", ""]] });
  await expect(astray).rejects.toThrow(/has 0 times/);
});

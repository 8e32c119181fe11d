import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { CHECKS, findCheck } from "../checks/catalogue.js";
import { runChecks } from "../run/run-checks.js";
import { dativoTest } from "../testing/kit-command.js";
import { MUTANTS } from "./bank.js";
import { baseOf, type Mutant } from "./mutant.js";
import { MutantFolder } from "./mutant-subject.js";
import { reasonWithout } from "./toolchains.js";

it("kills every mutant by the check that names it, and finds nothing wrong with correct plugins", async () => {
  const { stdout } = await dativoTest(["self-test", "--tier", "offline", "--json"], process.cwd());
  const report = JSON.parse(stdout) as {
    readonly mutants: readonly { readonly id: string; readonly killed: boolean }[];
    readonly [name: string]: unknown;
  };
  expect(report.mutants.filter(({ killed }) => !killed)).toEqual([]);
  expect(report).toMatchObject({ passed: true, false_alarms: [], unproven_checks: [] });
  // Without Rust or Python the rest is tested, and this says what was not.
  const missing = (["python", "rust"] as const).flatMap((language) => {
    const reason = reasonWithout(language);
    const count = MUTANTS.filter(({ base }) => baseOf(base).language === language).length;
    return reason === undefined ? [] : [{ language, reason, mutants: count }];
  });
  expect(report.skipped).toMatchObject(missing);
  expect(report.skipped).toHaveLength(missing.length);
  const left = missing.reduce((sum, { mutants }) => sum + mutants, 0);
  expect(report.mutants.length).toBe(MUTANTS.length - left);
  expect(MUTANTS.length).toBeGreaterThan(200);
  expect(report.reference_checks).toBeGreaterThan(150);
}, 600_000);

it("leaves out what cannot be compiled here, counts it, and says why", async () => {
  // A folder with node alone: neither rustc nor python3 is found.
  const bin = mkdtempSync(join(tmpdir(), "dativo-no-tools-"));
  symlinkSync(process.execPath, join(bin, "node"));
  const only = ["self-test", "--mutants", "loses-ties,v1-prints,py-prints-progress"];
  const { code, stdout } = await dativoTest(only, process.cwd(), { PATH: bin });
  rmSync(bin, { recursive: true });
  expect(stdout).toContain("1 of 1 mutants killed");
  expect(stdout).toContain("skipped: 1 mutants and 0 correct plugins in Rust, because Rust is not installed");
  expect(stdout).toContain(
    "skipped: 1 mutants and 0 correct plugins in Python, because there is no Python 3.9",
  );
  expect(code).toBe(0);
});

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

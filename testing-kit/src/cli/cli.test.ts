import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contractReportJsonSchema, contractReportSchema } from "../run/report.js";
import { dativoTest, exampleFolder } from "../testing/kit-command.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dativo-kit-"));
  cpSync(exampleFolder("guide"), folder, { recursive: true });
  symlinkSync(fileURLToPath(new URL("../../../node_modules", import.meta.url)), join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A report without what differs from run to run. */
const timeless = (text: string) => JSON.parse(text.replace(/"seconds": [\d.]+/g, '"seconds": 0'));

describe("dativo-test contract", () => {
  it("passes for the quickstart, offline and without configuration", async () => {
    const { code, stdout, stderr } = await dativoTest(
      ["contract", "quakes-parquet.yaml"],
      exampleFolder("quickstart"),
    );
    expect(stderr).toBe("");
    expect(stdout).toMatch(
      /usgs \(reader, TypeScript\) {2}· {2}\d+ checks {2}· {2}mock API api\.mjs {2}· {2}seed \d+/,
    );
    expect(stdout).toMatch(/\d+ passed, 0 failed, 0 skipped/);
    expect(code).toBe(0);
    rmSync(join(exampleFolder("quickstart"), ".dativo"), { recursive: true, force: true });
  });

  it("finds what is wrong with the guide's plugins, the same each time, and says how to run it again", async () => {
    const first = await dativoTest(["contract", "--json"], folder);
    expect(first.code).toBe(1);
    const report = contractReportSchema.parse(JSON.parse(first.stdout));
    const failed = report.subjects.flatMap(({ checks }) =>
      checks.filter(({ status }) => status === "failed"),
    );
    expect(failed.map(({ id }) => id)).toEqual(
      expect.arrayContaining(["R3.unauthorized", "R8.integers", "W2.staged"]),
    );
    for (const { failure } of failed)
      expect(failure?.reproduce).toMatch(/^dativo-test contract --only [RW]\d\.[\w-]+ --seed \d+$/);

    const again = await dativoTest(["contract", "--only-failed"], folder);
    expect(again.stdout).toContain(`0 passed, ${failed.length} failed`);
  });

  it("gives the same report again, and runs what failed in one with its seed", async () => {
    const some = [
      "contract",
      "--only",
      "R3.unauthorized,R8.text,W2.staged,R5.same",
      "--json",
      "--seed",
      "77",
    ];
    const first = await dativoTest(some, folder);
    expect(timeless((await dativoTest(some, folder)).stdout)).toEqual(timeless(first.stdout));
    writeFileSync(join(folder, "report.json"), first.stdout);
    const reproduced = await dativoTest(
      ["contract", "--reproduce", "report.json", "--reporter", "tap"],
      folder,
    );
    expect(reproduced.stdout.match(/^not ok .*/gm)).toEqual([
      expect.stringContaining("R3.unauthorized"),
      expect.stringContaining("W2.staged"),
    ]);
    expect(reproduced.stdout).toContain("--seed 77");
  });

  it("leaves out a check for a while, and counts it", async () => {
    const skip = [
      { check: "W2.staged", reason: "the guide's writer publishes at once", until: "2099-01-01" },
    ];
    writeFileSync(join(folder, "dativo-test.config.json"), JSON.stringify({ skip }));
    const { code, stdout } = await dativoTest(
      ["contract", "plugins/my_writer.ts", "--only", "W2.staged"],
      folder,
    );
    rmSync(join(folder, "dativo-test.config.json"));
    expect(stdout).toContain("skipped: the guide's writer publishes at once (until 2099-01-01)");
    expect(stdout).toContain("0 passed, 0 failed, 1 skipped");
    expect(code).toBe(0);
  });

  it("ends with 2 and says why when it cannot run", async () => {
    const unknown = await dativoTest(["contract", "--only", "R4.tie"], folder);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean R4.ties") });
    const nothing = await dativoTest(
      ["contract", "--json"],
      mkdtempSync(join(tmpdir(), "dativo-kit-empty-")),
    );
    expect(nothing.code).toBe(2);
    expect(JSON.parse(nothing.stdout)).toMatchObject({ error: { error_code: "PLUGIN_NOT_FOUND" } });
    expect((await dativoTest(["contract", "--tier", "none"], folder)).code).toBe(2);
  });

  it("explains and lists checks", async () => {
    const { stdout } = await dativoTest(["contract", "--explain", "R4.ties"], folder);
    expect(stdout).toContain("Contract 2.4");
    expect(stdout).toContain("goes on after the last instant, not at it");
    const listed = JSON.parse((await dativoTest(["contract", "--list", "--json"], folder)).stdout);
    expect(listed.length).toBeGreaterThan(70);
  });
});

describe("dativo-test run", () => {
  it("runs a job into a temporary target, and fails when the query says no", async () => {
    const right = await dativoTest(
      ["run", "job.yaml", "--sql", "select count(*) = 464 as ok from data"],
      folder,
    );
    expect(right).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("✔ users   344 read = 344 written"),
    });
    const wrong = await dativoTest(
      ["run", "job.yaml", "--sql", "select count(*) = 1 as ok from data"],
      folder,
    );
    expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining("is false") });
  });
});

describe("dativo-test self-test", () => {
  it("says which check killed which mutant", async () => {
    const { code, stdout } = await dativoTest(["self-test", "--mutants", "loses-ties,commits-twice"], folder);
    expect(code).toBe(0);
    expect(stdout).toMatch(/✔ loses-ties +R4\.ties/);
    expect(stdout).toContain("2 of 2 mutants killed");
  });

  it("refuses mutants that it does not know, and repetitions that are no number", async () => {
    const unknown = await dativoTest(["self-test", "--mutants", "loses-ties,commit-twice"], folder);
    expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("Did you mean commits-twice") });
    const often = await dativoTest(["self-test", "--repeat", "often"], folder);
    expect(often).toMatchObject({ code: 2, stderr: expect.stringContaining('--repeat is "often"') });
  });
});

it("publishes the schema of its report", () => {
  const published = readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8");
  expect(JSON.parse(published)).toEqual(contractReportJsonSchema());
});

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type MockLambda, mockLambda } from "@dativo/testing-kit";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { Project } from "../dativo.js";
import { READER } from "./deploy-request.js";

const JOB = `source:
  custom_reader: numbers.ts:Numbers
  objects: [numbers]
  credentials: { api_key: hunter22 }
  engine:
    cloud_execution:
      enabled: true
      environment_variables: { GREETING: hello }
target: { type: jsonl }
schema_validation_mode: warn
`;
const LOCAL = "source: { type: csv, files: [{ path: a.csv }] }\ntarget: { type: jsonl }\n";

let lambda: MockLambda;
let project: Project;
beforeAll(async () => {
  lambda = await mockLambda();
  project = new Project({ "job.yaml": JOB, "local.yaml": LOCAL, "numbers.ts": READER });
});
afterAll(async () => {
  project.remove();
  await lambda.dispose();
});

const run = (...words: string[]) => project.dativo(words, { env: lambda.env });
const json = async (...words: string[]) => {
  const { code, stdout, stderr } = await run(...words, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe("dativo cloud", () => {
  it("plans, deploys, shows, runs, prices and collects a function", async () => {
    const [planned] = (await json("cloud", "plan", "job.yaml")).functions;
    expect(planned).toMatchObject({
      function: expect.stringMatching(/^dativo-[0-9a-f]{16}$/),
      action: "create",
      runtime: "nodejs24.x",
      memory_mb: 512,
      environment_variables: ["GREETING"],
      plugins: [{ kind: "reader", reference: "numbers.ts:Numbers" }],
    });
    expect(planned.package.bytes).toBeLessThan(planned.package.unpacked_bytes);

    const deployed = await run("cloud", "deploy", "job.yaml");
    expect(deployed.code, deployed.stderr).toBe(0);
    expect(deployed.stdout).toContain(`${planned.function}  created`);
    expect(deployed.stderr).toContain("uploading");
    expect(deployed.stdout + deployed.stderr).not.toContain("\u001b[");
    expect((await json("cloud", "deploy", "job.yaml")).functions).toMatchObject([{ outcome: "reused" }]);

    const [status] = (await json("cloud", "status", "job.yaml")).functions;
    expect(status).toMatchObject({ function: planned.function, state: "active", memory_mb: 512 });

    const before = await json("cloud", "cost", "job.yaml", "--records", "2000000");
    expect(before).toMatchObject({
      currency: "USD",
      prices: { as_of: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
      estimate: { records: 2_000_000, functions: [{ rates: expect.stringContaining("assumed") }] },
    });
    expect(before.billed).toBeUndefined();

    const { code, stdout, stderr } = await run("run", "job.yaml");
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("2 read = 2 written");
    const after = await json("cloud", "cost", "job.yaml");
    expect(after.billed.functions).toMatchObject([
      { function: planned.function, unreported: 0, memory_mb: 512, cost: expect.any(Number) },
    ]);
    const [{ billed_ms, cost, invocations }] = after.billed.functions;
    expect(cost).toBeCloseTo((billed_ms / 1000) * 0.5 * 0.0000166667 + invocations * 0.0000002, 10);
    const text = (await run("cloud", "cost", "job.yaml")).stdout;
    expect(text).toContain(`Prices as of ${after.prices.as_of}`);

    const logs = (await run("cloud", "logs", "job.yaml", "--since", "1h")).stdout;
    expect(logs).toMatch(/REPORT RequestId: .*Billed Duration/);
    expect(
      JSON.stringify(lambda.calls.filter(({ operation }) => operation !== "CreateSecret")),
    ).not.toContain("hunter22");

    const kept = await json("cloud", "gc", "job.yaml", "--older-than", "30d");
    expect(kept.places).toMatchObject([{ unused: [], kept: 1, removed: [] }]);
    const dry = await run("cloud", "gc", "job.yaml", "--older-than", "0d", "--dry-run");
    expect(dry.stdout).toContain(`would remove ${planned.function}`);
    const [removed] = (await json("cloud", "gc", "job.yaml", "--older-than", "0d")).places;
    expect(removed.removed.map(({ what }: { what: string }) => what)).toEqual([
      "function",
      "log group",
      "role",
      "secret",
    ]);
    expect((await json("cloud", "status", "job.yaml")).functions).toEqual([]);
  });

  it("refuses a job that runs nothing there, and a duration that is none", async () => {
    const local = await run("cloud", "plan", "local.yaml");
    expect(local).toMatchObject({ code: 2, stderr: expect.stringContaining("runs nothing in the cloud") });
    const odd = await run("cloud", "gc", "job.yaml", "--older-than", "soon");
    expect(odd).toMatchObject({ code: 2, stderr: expect.stringContaining("--older-than soon") });
  });

  it("plans without credentials, and says what it could not look for", async () => {
    const env = {
      AWS_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_CONFIG_FILE: "/dev/null",
      HOME: project.folder,
    };
    const { code, stdout } = await project.dativo(["cloud", "plan", "job.yaml", "--json"], { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).functions).toMatchObject([
      { action: "unknown", reason: expect.stringMatching(/credential/i) },
    ]);
    const refused = await project.dativo(["cloud", "deploy", "job.yaml"], { env });
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/CLOUD_CREDENTIALS_MISSING[\s\S]*aws configure/),
    });
  });

  it("says what to install when nothing that runs plugins in the cloud is", async () => {
    const installed = join(inject("installation"), "node_modules");
    const elsewhere = mkdtempSync(join(tmpdir(), "dativo-without-cloud-"));
    const modules = join(elsewhere, "node_modules");
    mkdirSync(join(modules, "@dativo"), { recursive: true });
    // The command is copied, since a link would be followed back to where everything is installed.
    cpSync(join(installed, "dativo"), join(modules, "dativo"), { recursive: true });
    for (const name of [
      "@duckdb",
      "apache-arrow",
      "esbuild",
      "koffi",
      "zod",
      "@dativo/protocol",
      "@dativo/sdk",
    ])
      symlinkSync(join(installed, name), join(modules, name));
    writeFileSync(join(elsewhere, "job.yaml"), JOB);
    writeFileSync(join(elsewhere, "numbers.ts"), READER);
    const refused = spawnSync(
      process.execPath,
      [join(modules, "dativo", "dist", "bin.js"), "cloud", "plan", "job.yaml"],
      { cwd: elsewhere, encoding: "utf8" },
    );
    rmSync(elsewhere, { recursive: true, force: true });
    expect(refused).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(
        /needs the package @dativo\/cloud[\s\S]*npm install --save-dev @dativo\/cloud/,
      ),
    });
  });
});

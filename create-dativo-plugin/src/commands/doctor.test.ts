import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { emptyFolder, run } from "../testing/command.js";

async function project(): Promise<string> {
  const cwd = emptyFolder();
  await run(cwd, ["acme", "--yes", "--no-install", "--no-git"]);
  return join(cwd, "acme");
}

/** Puts packages where a package manager would have. */
function install(cwd: string, version: string): void {
  for (const name of ["dativo", "@dativo/sdk", "@dativo/testing-kit"]) {
    mkdirSync(join(cwd, "node_modules", name), { recursive: true });
    writeFileSync(join(cwd, "node_modules", name, "package.json"), JSON.stringify({ name, version }));
  }
}

async function checks(cwd: string, env = {}) {
  const { code, stdout } = await run(cwd, ["doctor", "--json"], env);
  const document = JSON.parse(stdout) as {
    healthy: boolean;
    checks: { title: string; status: string; detail: string }[];
  };
  return {
    code,
    healthy: document.healthy,
    of: Object.fromEntries(document.checks.map((check) => [check.title, check])),
  };
}

it("is content with a project as it was made", async () => {
  const cwd = await project();
  install(cwd, "0.1.7");
  const { code, healthy, of } = await checks(cwd);
  expect({ code, healthy }).toEqual({ code: 0, healthy: true });
  expect(of.Node?.status).toBe("ok");
  expect(of.drift?.detail).toMatch(/^\d+ files as they were made$/);
  expect((await run(cwd, ["doctor"])).stdout).toMatch(/^✔ Node {2}\d+/);
});

it("names what was changed and deleted, which is no fault", async () => {
  const cwd = await project();
  install(cwd, "0.1.0");
  appendFileSync(join(cwd, "job.yaml"), "# mine\n");
  rmSync(join(cwd, "AGENTS.md"));
  const { code, of } = await checks(cwd);
  expect(code).toBe(0);
  expect(of.drift).toMatchObject({ status: "note", detail: "changed: job.yaml; deleted: AGENTS.md" });
});

it("finds packages that are missing or of another version", async () => {
  const cwd = await project();
  expect(await checks(cwd)).toMatchObject({ code: 2, of: { packages: { status: "failed" } } });
  install(cwd, "0.2.0");
  expect(await checks(cwd)).toMatchObject({ code: 2, of: { "@dativo/sdk": { status: "failed" } } });
});

it("finds another contract, a package.json that is none, and a package manager that is not there", async () => {
  const cwd = await project();
  install(cwd, "0.1.0");
  writeFileSync(join(cwd, "package.json"), '{ "dativo": { "api": 99 } }');
  expect(await checks(cwd)).toMatchObject({ code: 2, of: { contract: { status: "failed" } } });
  writeFileSync(join(cwd, "package.json"), "{");
  expect(await checks(cwd)).toMatchObject({
    code: 2,
    of: { contract: { detail: "package.json is no JSON document" } },
  });
  expect(await checks(cwd, { PATH: cwd })).toMatchObject({
    code: 2,
    of: { npm: { detail: "is not there" } },
  });
});

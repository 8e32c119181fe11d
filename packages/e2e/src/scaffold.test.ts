import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { combinations } from "./scaffold/combinations.js";
import { LocalRegistry } from "./scaffold/local-registry.js";
import { startMock } from "./scaffold/mock-process.js";
import { mustRun } from "./scaffold/run-command.js";
import { toolchain } from "./scaffold/toolchain.js";

/** Ten minutes: a project is installed, compiled and tested from nothing. */
const TIMEOUT = 600_000;

let registry: LocalRegistry;
let root: string;
beforeAll(async () => {
  registry = await LocalRegistry.start(join(inject("installation"), "tarballs"));
  // A folder that shells, and paths in files, have to take some care with.
  root = mkdtempSync(join(tmpdir(), "dativo create – größe "));
});
afterAll(async () => {
  await registry?.stop();
  rmSync(root, { recursive: true, force: true });
});

describe.each(combinations())("create $lang $kind $auth", ({ lang, kind, auth }) => {
  const tools = toolchain(lang);

  test.skipIf(tools.missing !== undefined)(
    `is green on the first run, moves records, and takes more objects${tools.missing === undefined ? "" : ` (${tools.missing})`}`,
    async () => {
      const cwd = join(root, `${lang}-${kind}-${auth}`);
      mkdirSync(cwd);
      const env = { ...registry.environment, ...(await tools.environment(cwd)), CI: "" };
      const flags = [
        "--lang",
        lang,
        "--kind",
        kind,
        "--auth",
        auth,
        "--objects",
        "users,orders",
        "--yes",
        "--json",
      ];
      const output = await mustRun(
        "npm",
        ["create", "--yes", "dativo-plugin@latest", "acme", "--", ...flags],
        { cwd, env },
      );
      const created = JSON.parse(output.slice(output.indexOf("{\n")));
      expect(created.steps.map(({ step, ok }: { step: string; ok: boolean }) => [step, ok])).toEqual([
        ["install", true],
        ["build", true],
        ["test", true],
        ["git", true],
      ]);
      // One check less applies to a writer that needs no credentials.
      const fewest = kind === "writer" && auth === "none" ? 20 : 21;
      expect(created.steps[2].checks).toBeGreaterThanOrEqual(fewest);

      const project = join(cwd, "acme");
      const npm = (...words: string[]) => mustRun("npm", words, { cwd: project, env });
      await npm("run", "lint");
      await movesRecords(project, kind, env);
      expect(await npm("run", "dev", "--", "--once")).toContain("users-001");
      expect(await mustRun("git", ["status", "--porcelain"], { cwd: project })).toBe("");

      for (const object of ["invoices", "tags", "line_items"])
        await mustRun("npx", ["--yes", "create-dativo-plugin", "add", "object", object], {
          cwd: project,
          env,
        });
      await npm("run", "lint");
      await npm("test");
      const before = await mustRun("git", ["status", "--porcelain", "--untracked-files=all"], {
        cwd: project,
      });
      await mustRun("npx", ["--yes", "create-dativo-plugin", "add", "object", "tags"], { cwd: project, env });
      expect(await mustRun("git", ["status", "--porcelain", "--untracked-files=all"], { cwd: project })).toBe(
        before,
      );
      await mustRun("npx", ["--yes", "create-dativo-plugin", "doctor"], { cwd: project, env });
      // Thirty projects with all they install are more than one hook removes in its time.
      await rm(cwd, { recursive: true, force: true });
    },
    TIMEOUT,
  );
});

/** Runs the job against the mock API, and looks at what it wrote. */
async function movesRecords(project: string, kind: string, env: Readonly<Record<string, string>>) {
  const mock = await startMock(project);
  try {
    const variables = [...readFileSync(join(project, "job.yaml"), "utf8").matchAll(/\$\{(ACME_\w+)\}/g)];
    const credentials = Object.fromEntries(variables.map(([, name]) => [name, "any"]));
    const options = { cwd: project, env: { ...env, ...credentials, ACME_URL: mock.url } };
    await mustRun("npx", ["dativo", "run", "job.yaml"], options);
    if (kind === "writer") {
      const answer = await fetch(`${mock.url}/records?object=orders`);
      expect(((await answer.json()) as { data: unknown[] }).data).toHaveLength(25);
      return;
    }
    const query = "select count(*)::int as n, min(id) as first from orders";
    const found = await mustRun("npx", ["dativo", "query", query, "job.yaml", "--json"], options);
    expect(JSON.parse(found).rows).toEqual([{ n: 25, first: "orders-001" }]);
  } finally {
    mock.stop();
  }
}

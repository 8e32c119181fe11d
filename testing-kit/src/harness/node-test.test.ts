import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exampleFolder } from "../testing/kit-command.js";

const TESTS = `
import { describe, it } from "node:test";
import { contractTests } from "@dativo/testing-kit";

contractTests("job.yaml", { runner: { describe, it }, only: ["R3.reads", "R4.resume", "R3.unauthorized"] });
`;

it("declares its tests with node:test, which reads what failed and why something was skipped", () => {
  const folder = mkdtempSync(join(tmpdir(), "dativo-node-test-"));
  try {
    cpSync(exampleFolder("guide"), folder, { recursive: true });
    symlinkSync(
      fileURLToPath(new URL("../../../node_modules", import.meta.url)),
      join(folder, "node_modules"),
    );
    writeFileSync(join(folder, "contract.test.mjs"), TESTS);
    const { NODE_TEST_CONTEXT: _none, ...env } = process.env;
    const { status, stdout } = spawnSync(
      process.execPath,
      ["--test", "--test-reporter", "tap", "contract.test.mjs"],
      { cwd: folder, env: { ...env, NO_COLOR: "1" }, encoding: "utf8" },
    );
    expect(status, stdout).toBe(1);
    expect(stdout).toMatch(/^ +ok \d+ - R3\.reads A full read/m);
    expect(stdout).toMatch(/^ +ok \d+ - R4\.resume .* # SKIP The reader does not say/m);
    expect(stdout).toMatch(/^ +not ok \d+ - R3\.unauthorized/m);
    expect(stdout).toContain("A page was answered with status 401.");
    expect(stdout).toContain("Reproduce: dativo-test contract --only R3.unauthorized --seed");
    expect(stdout).toMatch(/^# fail 1$/m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

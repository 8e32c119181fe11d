import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { noEnvironment, TEST_ENVIRONMENT } from "./testing/interpreters.js";

const ROOM = fileURLToPath(new URL("..", import.meta.url));

/** What a module prints that is run as a program; its output is the message when it fails. */
const tool = (...args: string[]) => python("-m", ...args);

function python(...args: string[]): string {
  try {
    return execFileSync(TEST_ENVIRONMENT, args, { cwd: ROOM, encoding: "utf8", timeout: 500_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(" ")}:\n${stdout ?? ""}${stderr ?? error}`);
  }
}

describe.skipIf(noEnvironment !== undefined)(
  `the package dativo-ingest (${noEnvironment ?? "pytest"})`,
  () => {
    it("passes its own tests", { timeout: 600_000 }, () => {
      const report = tool("pytest", "-q", "tests");
      const passed = Number(/(\d+) passed/.exec(report)?.[1] ?? 0);
      expect(passed, report).toBeGreaterThan(200);
      console.log(`pytest: ${report.trim().split("\n").at(-1)}`);
    });

    it("is as ruff wants it, for Python 3.9", () => {
      tool("ruff", "check", ".");
      tool("ruff", "format", "--check", ".");
    });

    it("is typed strictly", { timeout: 600_000 }, () => {
      expect(tool("mypy")).toContain("no issues found");
    });

    it("uses nothing that Python 3.9 lacks", () => {
      const vermin = "import vermin; vermin.main()";
      python("-c", vermin, "--quiet", "--no-tips", "--violations", "--target=3.9-", "python");
    });
  },
);

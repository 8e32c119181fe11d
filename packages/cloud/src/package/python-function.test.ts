import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOM = fileURLToPath(new URL("../..", import.meta.url));
const PROGRAM = process.platform === "win32" ? "Scripts/python.exe" : "bin/python";
const PYTHON = fileURLToPath(
  new URL(`../../../runtimes/python/.test-environment/${PROGRAM}`, import.meta.url),
);
const missing = existsSync(PYTHON)
  ? undefined
  : "skipped: run node packages/runtimes/python/scripts/test-environment.mjs first";

/** What a program prints; its output is the message when it fails. */
function python(...args: string[]): string {
  try {
    return execFileSync(PYTHON, args, { cwd: ROOM, encoding: "utf8", timeout: 500_000 });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${args.join(" ")}:\n${stdout ?? ""}${stderr ?? error}`);
  }
}

describe.skipIf(missing !== undefined)(
  `what runs a Python plugin inside a function (${missing ?? "pytest"})`,
  () => {
    it("passes its own tests", { timeout: 600_000 }, () => {
      const report = python("-m", "pytest", "-q");
      expect(Number(/(\d+) passed/.exec(report)?.[1] ?? 0), report).toBeGreaterThanOrEqual(10);
    });

    it("is as ruff wants it, for Python 3.9", () => {
      python("-m", "ruff", "check", ".");
      python("-m", "ruff", "format", "--check", ".");
    });

    it("is typed strictly", { timeout: 600_000 }, () => {
      expect(python("-m", "mypy")).toContain("no issues found");
    });

    it("uses nothing that Python 3.9 lacks", () => {
      const vermin = "import vermin; vermin.main()";
      python("-c", vermin, "--quiet", "--no-tips", "--violations", "--target=3.9-", "python");
    });
  },
);

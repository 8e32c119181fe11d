import { describe, expect, it } from "vitest";
import { dativo, project } from "./testing/dativo.js";
import { tickProject } from "./testing/projects.js";

/** Throws outside of everything, as a defect of the command itself would. */
const thrownLater = (after: number) => ({
  NODE_OPTIONS: `--import=data:text/javascript,setTimeout(()=>{throw%20new%20Error("defect")},${after}).unref()`,
});

describe("an error that nothing catches", () => {
  it("is reported like any other, before and after plugins were loaded", async () => {
    using folder = project(tickProject({ ticks: 3, everyMs: 60_000 }));
    for (const after of [1, 4000]) {
      const { code, stdout, stderr } = await dativo(["run", "job.yaml"], {
        cwd: folder.path,
        env: thrownLater(after),
      });
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toContain("✖ INTERNAL\n  defect\n");
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });

  it("is one JSON document with --json", async () => {
    using folder = project(tickProject({ ticks: 3, everyMs: 60_000 }));
    const { code, stdout } = await dativo(["run", "job.yaml", "--json"], {
      cwd: folder.path,
      env: thrownLater(1),
    });
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.error_code).toBe("INTERNAL");
  });
});

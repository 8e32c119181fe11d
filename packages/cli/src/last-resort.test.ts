import { describe, expect, it } from "vitest";
import { dativo, project } from "./testing/dativo.js";
import { tickProject } from "./testing/projects.js";

/** Throws outside of everything, as a defect of the command would, once somebody listens to an event of the process. */
const thrownOnce = (event: "uncaughtException" | "unhandledRejection") => {
  const code = `setInterval(()=>{if(process.listenerCount("${event}")>0)throw new Error("defect")},1).unref()`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
};

describe("an error that nothing catches", () => {
  it("is reported like any other, before and after plugins are guarded", async () => {
    using folder = project(tickProject({ ticks: 3, everyMs: 60_000 }));
    for (const event of ["uncaughtException", "unhandledRejection"] as const) {
      const { code, stdout, stderr } = await dativo(["run", "job.yaml"], {
        cwd: folder.path,
        env: thrownOnce(event),
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
      env: thrownOnce("unhandledRejection"),
    });
    expect(code).toBe(2);
    expect(JSON.parse(stdout).error.error_code).toBe("INTERNAL");
  });
});

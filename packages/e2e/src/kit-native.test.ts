import { beforeAll, describe, expect, test } from "vitest";
import { Project } from "./dativo.js";
import { dativoTest } from "./dativo-test.js";
import { buildRustLibraries, hasCargo, rustExample } from "./native/rust-libraries.js";
import { vegaData } from "./vega-data.js";

beforeAll(async () => {
  if (hasCargo) await buildRustLibraries();
}, 900_000);

describe.skipIf(!hasCargo)("the contract of native plugins (skipped without cargo)", () => {
  test("finds nothing wrong with the examples in Rust", async () => {
    const project = new Project({
      "job.yaml": `source:
  custom_reader: "${rustExample("csv-reader")}:create_reader"
  files: [{ path: "${vegaData("airports.csv")}", object: airports }]
  engine: { options: { batch_rows: 400 } }
  objects: [airports]
target: { custom_writer: "${rustExample("parquet-writer")}:create_writer", connection: { path: ./out } }
`,
    });
    try {
      const { code, stdout, stderr } = await dativoTest(project, ["contract", "--json"]);
      expect(stderr).toBe("");
      const report = JSON.parse(stdout);
      const checks = report.subjects.flatMap(({ checks }: { checks: object[] }) => checks);
      const wrong = (check: { status: string }) => check.status === "failed" || check.status === "skipped";
      expect(checks.filter(wrong)).toEqual([]);
      const passed = checks
        .filter(({ status }: { status: string }) => status === "passed")
        .map(({ id }: { id: string }) => id);
      expect(passed).toEqual(
        expect.arrayContaining([
          "R9.version",
          "R9.hostile",
          "R9.release",
          "R9.ledger",
          "R6.leaks",
          "W9.version",
          "W9.hostile",
          "W9.ledger",
          "W0.egress",
        ]),
      );
      expect(code).toBe(0);
    } finally {
      project.remove();
    }
  }, 300_000);
});

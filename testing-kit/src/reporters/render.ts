import type { ContractReport } from "../run/report.js";
import { htmlReport } from "./html.js";
import { junitReport } from "./junit.js";
import { prettyReport } from "./pretty.js";
import { tapReport } from "./tap.js";

/** The forms a report can have; `json` is the one that the others are made of. */
export const REPORTERS = ["pretty", "json", "junit", "tap", "html"] as const;
export type Reporter = (typeof REPORTERS)[number];

/** A report in one of its forms. */
export function renderReport(report: ContractReport, reporter: Reporter, colours: boolean): string {
  switch (reporter) {
    case "json":
      return JSON.stringify(report, null, 2);
    case "junit":
      return junitReport(report);
    case "tap":
      return tapReport(report);
    case "html":
      return htmlReport(report);
    default:
      return prettyReport(report, colours).join("\n");
  }
}

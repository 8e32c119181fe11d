import { z } from "zod";
import { GROUPS, TIERS } from "../checks/check.js";

/** Version of the shape below; it goes up when a reader of reports would have to change. */
export const REPORT_VERSION = 1;

const failureSchema = z.object({
  happened: z.string().describe("What happened, in sentences, one a line."),
  difference: z.string().optional().describe("The smallest input that shows it, or two sides side by side."),
  advice: z.string().optional(),
  reproduce: z.string().describe("The command that runs this check again, with the same seed."),
});

const checkResultSchema = z.object({
  id: z.string().describe("Stable name of the check, such as R4.ties."),
  clause: z.string().describe("Clause of the plugin contract it is bound to."),
  group: z.enum(GROUPS),
  title: z.string(),
  status: z
    .enum(["passed", "failed", "skipped", "not_applicable"])
    .describe(
      "Skipped: it would apply, and was left out or could not be run. Not applicable: there is nothing it is about.",
    ),
  reason: z.string().optional().describe("Why it was skipped or does not apply."),
  seconds: z
    .number()
    .min(0)
    .describe("Differs from run to run; everything else is the same for the same seed."),
  failure: failureSchema.optional(),
});

const summarySchema = z.object({
  passed: z.int().min(0),
  failed: z.int().min(0),
  skipped: z.int().min(0),
  not_applicable: z.int().min(0),
});

const subjectReportSchema = z.object({
  plugin: z.object({
    name: z.string(),
    kind: z.enum(["reader", "writer"]),
    version: z.string(),
    api: z.int(),
    runtime: z.string(),
    reference: z.string(),
  }),
  world: z.string().describe("What stood in for the real system: a mock API, a recording, nothing."),
  checks: z.array(checkResultSchema),
  summary: summarySchema,
});

/** What `dativo-test contract` found. */
export const contractReportSchema = z
  .object({
    report_version: z.literal(REPORT_VERSION),
    kit: z.object({ version: z.string(), contract: z.int(), node: z.string(), platform: z.string() }),
    seed: z.int(),
    tier: z.enum(TIERS),
    subjects: z.array(subjectReportSchema),
    summary: summarySchema,
    seconds: z.number().min(0),
  })
  .meta({ id: "ContractReport" });

export type ContractReport = z.infer<typeof contractReportSchema>;
export type SubjectReport = z.infer<typeof subjectReportSchema>;
export type CheckResult = z.infer<typeof checkResultSchema>;
export type Summary = z.infer<typeof summarySchema>;

/** JSON Schema of the report. */
export function contractReportJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(contractReportSchema) as Record<string, unknown>;
}

/** How many checks ended how. */
export function summaryOf(checks: readonly Pick<CheckResult, "status">[]): Summary {
  const count = (status: CheckResult["status"]) => checks.filter((check) => check.status === status).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    not_applicable: count("not_applicable"),
  };
}

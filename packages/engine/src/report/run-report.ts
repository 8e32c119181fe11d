import { z } from "zod";

const count = z.int().min(0);

const errorSchema = z.object({
  error_type: z.string(),
  error_code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  hint: z.string().optional(),
  retry_after: z.number().optional(),
  details: z.record(z.string(), z.unknown()),
});

const rejectedSampleSchema = z.object({
  reason: z.string(),
  path: z.string().optional(),
  expected: z.string().optional(),
  got: z.string().optional(),
});

const objectReportSchema = z.object({
  object: z.string(),
  status: z
    .enum(["complete", "partial", "failed"])
    .describe("Partial: a limit or an interruption cut it short."),
  mode: z.enum(["append", "replace", "merge"]),
  mode_reason: z.string(),
  read: count.describe("Records read in the whole run; written + filtered + deduplicated + rejected."),
  written: count,
  filtered: count.describe("Records that the reader left out on purpose, such as those before the cursor."),
  deduplicated: count.describe("Records read again at an inclusive boundary and left out."),
  rejected: count,
  uncommitted: count.describe(
    "Records read after the last commit of a run that failed; they will be read again.",
  ),
  dropped_fields: z.record(z.string(), count).describe("Values of fields that the schema does not have."),
  coercions: z
    .array(z.object({ field: z.string(), coercion: z.string(), count }))
    .describe("Values stored without loss in another form than they came in."),
  rejected_samples: z.array(rejectedSampleSchema).describe("The first rejected records of the last attempt."),
  files: count,
  bytes: count.describe("Size of the files, as far as the writer told."),
  commits: count,
  checkpoints: count.describe("Positions that the reader offered to this process."),
  seconds: z.number().min(0),
  records_per_second: count,
  schema: z
    .array(z.object({ name: z.string(), type: z.string(), required: z.boolean().optional() }))
    .describe("Columns, with their types as text."),
  schema_origin: z.enum(["asset", "reader", "discovered", "state", "inferred"]),
  batch_paths: z.array(z.object({ from: z.string(), to: z.string(), reason: z.string() })),
  state_before: z.json(),
  state_after: z.json(),
});

const partitionReportSchema = z.object({
  name: z.string().describe("Folder of the part, below partitions in that of the run."),
  object: z.string(),
  partition: z.string().optional().describe("Its id; absent for a whole object."),
  status: objectReportSchema.shape.status,
  read: count,
  written: count,
  filtered: count,
  deduplicated: count,
  rejected: count,
  commits: count,
  seconds: z.number().min(0),
});

const functionReportSchema = z.object({
  function: z.string().describe("Name of the cloud function."),
  invocations: count,
  unreported: count.describe("Invocations of which the provider did not say what it bills."),
  billed_ms: count.describe("Milliseconds that the provider bills, as far as it said so."),
  measured_ms: count.describe(
    "Milliseconds of the invocations of which the provider did not say what it bills, measured here, each rounded up to 100.",
  ),
  request_bytes: count,
  response_bytes: count,
});

/** What is known of a run when it is over; `report.json` in its folder. */
export const runReportSchema = z
  .object({
    run_id: z.string(),
    kind: z.enum(["run", "dry_run", "replay"]),
    job: z.string(),
    job_file: z.string(),
    status: z.enum(["succeeded", "finished_with_rejects", "failed", "interrupted"]),
    exit_code: z.int().describe("0 done, 1 finished with rejected records, 2 failed, 130 interrupted."),
    started_at: z.iso.datetime(),
    finished_at: z.iso.datetime(),
    seconds: z.number().min(0).describe("Seconds that this process took."),
    resumed_from: z
      .object({ commits: count, records: count })
      .optional()
      .describe("What earlier processes of this run had committed."),
    replay_of: z.string().optional().describe("Run whose dead letters were replayed."),
    reader: z.object({ name: z.string(), version: z.string() }),
    writer: z.object({ name: z.string(), version: z.string() }),
    output: z.string(),
    objects: z.array(objectReportSchema),
    partitions: z
      .array(partitionReportSchema)
      .optional()
      .describe("Parts that were read side by side; their books add up to those of the objects."),
    retries: z.array(
      z.object({ attempt: count, error_code: z.string(), message: z.string(), waited_seconds: z.number() }),
    ),
    cloud: z
      .array(functionReportSchema)
      .optional()
      .describe(
        "What plugins that run in the cloud took, by function; throttled invocations are not counted.",
      ),
    warnings: z.array(z.string()),
    error: errorSchema.optional(),
    dead_letter_file: z.string().optional(),
  })
  .meta({ id: "RunReport" });

export type RunReport = z.infer<typeof runReportSchema>;
export type FunctionReport = z.infer<typeof functionReportSchema>;
export type ObjectReport = z.infer<typeof objectReportSchema>;
export type RunStatus = RunReport["status"];

/** Exit code of a run, by its status. */
export const EXIT_CODES: Readonly<Record<RunStatus, number>> = {
  succeeded: 0,
  finished_with_rejects: 1,
  failed: 2,
  interrupted: 130,
};

/** JSON Schema of `report.json`. */
export function runReportJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(runReportSchema) as Record<string, unknown>;
}

import { z } from "zod";

const text = () => z.string().min(1);

/** `engine.cloud_execution` of a source or target; ranges that differ between providers are checked in `cloud-execution.ts`. */
export const cloudExecutionSchema = z
  .strictObject({
    enabled: z.boolean().optional().describe("Run the plugin in a cloud function. Default: false."),
    provider: z
      .enum(["aws", "gcp"])
      .optional()
      .describe("aws for Lambda, gcp for Cloud Functions. Default: aws."),
    runtime: text()
      .optional()
      .describe(
        "Language and version under the provider's name, such as nodejs24.x or python3.13 for aws, nodejs24 or python313 for gcp. Default: the newest that fits the plugin; shared libraries run under Node.",
      ),
    memory_mb: z
      .int()
      .min(128)
      .optional()
      .describe("Memory of the function in megabytes: 128 to 10240 for aws, to 32768 for gcp. Default: 512."),
    timeout_seconds: z
      .int()
      .min(1)
      .optional()
      .describe("Seconds one invocation may take: 1 to 900 for aws, to 3600 for gcp. Default: 300."),
    max_concurrency: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe(
        "Invocations under way at a time. For aws it is reserved for the function out of the account's own. Default: no bound of the job's.",
      ),
    environment_variables: z
      .record(z.string(), z.string())
      .optional()
      .describe("Variables the function is given; not for secrets, which belong under credentials."),
    secrets: z
      .record(z.string(), text())
      .optional()
      .describe(
        "Values that the provider's secret store holds already: key path such as credentials.api_key, and the secret's name there. #member behind the name takes one member of a JSON secret.",
      ),
    staging: text()
      .optional()
      .describe(
        "Bucket for what an invocation has no room for, as s3://bucket/prefix or gs://bucket/prefix. Default: none.",
      ),
    include: z
      .array(text())
      .optional()
      .describe(
        "Further files of the project that the plugin opens while it runs, as patterns such as plugins/lookups/*.json.",
      ),
    aws: z
      .strictObject({
        region: text()
          .optional()
          .describe("Region of the function. Default: as the AWS tools find it, such as AWS_REGION."),
        role_arn: text()
          .optional()
          .describe("Role that the function runs under. Default: one that Dativo creates."),
        security_groups: z
          .array(text())
          .optional()
          .describe("Security groups, for functions inside a VPC; needs subnets."),
        subnets: z
          .array(text())
          .optional()
          .describe("Subnets, for functions inside a VPC; needs security_groups."),
        architecture: z
          .enum(["x86_64", "arm64"])
          .optional()
          .describe("Processor of the function. A shared library must be built for it. Default: x86_64."),
      })
      .optional()
      .describe("Settings of AWS Lambda."),
    gcp: z
      .strictObject({
        project_id: text().optional().describe("Project of the function; must be given for gcp."),
        region: text().optional().describe("Region of the function. Default: us-central1."),
        service_account: text()
          .optional()
          .describe("Service account that the function runs under. Default: that of the project."),
      })
      .optional()
      .describe("Settings of Google Cloud Functions."),
  })
  .describe("Where the plugin runs when it does not run on this machine.");

/** `engine.cloud_execution` as written. */
export type CloudExecutionInput = z.infer<typeof cloudExecutionSchema>;

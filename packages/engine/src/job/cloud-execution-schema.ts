import { z } from "zod";

/** `engine.cloud_execution` of a source or target. */
export const cloudExecutionSchema = z
  .strictObject({
    enabled: z.boolean().optional().describe("Run the plugin in a cloud function. Default: false."),
    provider: z
      .enum(["aws", "gcp"])
      .optional()
      .describe("aws for Lambda, gcp for Cloud Functions. Default: aws."),
    runtime: z
      .string()
      .min(1)
      .optional()
      .describe("Runtime of the provider, such as nodejs20.x or python3.11."),
    memory_mb: z.int().min(128).optional().describe("Memory of the function in megabytes. Default: 512."),
    timeout_seconds: z
      .int()
      .min(1)
      .optional()
      .describe("Longest time one invocation may take. Default: 300."),
    environment_variables: z
      .record(z.string(), z.string())
      .optional()
      .describe("Variables the function is given."),
    aws: z
      .strictObject({
        region: z.string().min(1).optional().describe("Region of the function."),
        role_arn: z.string().min(1).optional().describe("Role that the function runs under."),
        security_groups: z
          .array(z.string().min(1))
          .optional()
          .describe("Security groups, for functions inside a VPC."),
        subnets: z.array(z.string().min(1)).optional().describe("Subnets, for functions inside a VPC."),
      })
      .optional()
      .describe("Settings of AWS Lambda."),
    gcp: z
      .strictObject({
        project_id: z.string().min(1).optional().describe("Project of the function."),
        region: z.string().min(1).optional().describe("Region of the function. Default: us-central1."),
        service_account: z
          .string()
          .min(1)
          .optional()
          .describe("Service account that the function runs under."),
      })
      .optional()
      .describe("Settings of Google Cloud Functions."),
  })
  .describe("Where the plugin runs when it does not run on this machine.");

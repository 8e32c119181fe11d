import { z } from "zod";

/** Parameters of the `invocation` call, the first of each request. */
export const invocationParamsSchema = z
  .object({
    response_bytes: z
      .number()
      .describe("Bytes of a response after which a stream stops at its next checkpoint."),
    stream_bytes: z.number().describe("Bytes at which the provider cuts a response."),
    timeout_ms: z
      .number()
      .describe("Milliseconds after which the provider ends the invocation, for those it does not tell."),
    reserve_ms: z.number().describe("Milliseconds that are left for ending."),
    staging: z
      .string()
      .exactOptional()
      .describe("Where batches are put that the response has no room for, such as s3://bucket/prefix."),
    ended: z
      .array(z.string())
      .readonly()
      .describe("Objects that were read to their end before, and are left out of a stream that names none."),
    secrets: z
      .record(z.string(), z.string())
      .describe("Key path below the plugin's configuration, and where the value is kept."),
  })
  .readonly();
export type InvocationParams = z.infer<typeof invocationParamsSchema>;

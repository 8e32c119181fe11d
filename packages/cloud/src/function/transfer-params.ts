import type { JsonObject } from "@dativo/protocol";
import { z } from "zod";

const pluginParams = {
  reference: z.string(),
  config: z.record(z.string(), z.unknown()).readonly(),
  secrets: z
    .record(z.string(), z.string())
    .readonly()
    .describe("Key path below config, and where the value is kept."),
};

/** Parameters of the `transfer` call, which reads and stages in one invocation. */
export const transferParamsSchema = z
  .object({
    run: z.object({ id: z.string(), job: z.string() }).readonly(),
    reader: z.object({ ...pluginParams, default_object: z.string() }).readonly(),
    writer: z.object({ ...pluginParams, output_base: z.string() }).readonly(),
    task: z
      .custom<JsonObject>((task) => typeof task === "object" && task !== null)
      .describe("What the engine asks for; only it knows the parts."),
  })
  .readonly();
export type TransferParams = z.infer<typeof transferParamsSchema>;

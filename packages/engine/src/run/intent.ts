import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { ResolvedJob } from "../job/resolved-job.js";
import { replaceFile } from "../store/durable-file.js";
import { isMissing } from "../store/file-error.js";

const intentSchema = z.object({
  job: z.string().optional(),
  objects: z.array(z.string()),
  full_refresh: z.boolean(),
  limited: z.boolean(),
  source: z.string(),
  target: z.string(),
  replay_of: z.string().optional(),
});

/** What a run set out to do; whoever takes it up again needs to know. */
export type Intent = z.infer<typeof intentSchema>;

/** The part of an intent that must still hold when a run is taken up again, and whose run it is. */
export function endpoints({
  key,
  source,
  target,
  mode,
}: ResolvedJob): Pick<Intent, "job" | "source" | "target"> {
  const writer = target.customWriter?.text ?? target.config.type;
  return {
    job: key,
    source: source.customReader?.text ?? source.config.type,
    target: `${writer} ${target.outputBase} ${mode ?? ""}`.trim(),
  };
}

/** Writes the intent into the folder of a run, durably. */
export async function writeIntent(directory: string, intent: Intent): Promise<void> {
  await replaceFile(join(directory, FILE), `${JSON.stringify(intent, null, 2)}\n`);
}

/** Reads the intent of a run; undefined when it died before it had one. */
export async function readIntent(directory: string): Promise<Intent | undefined> {
  try {
    return intentSchema.parse(JSON.parse(await readFile(join(directory, FILE), "utf8")));
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

const FILE = "intent.json";

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DativoError } from "@dativo/protocol";
import { z } from "zod";
import type { ReadTarget } from "../plugin/subject.js";
import { loadModule } from "./load-module.js";

const skippedCheckSchema = z.strictObject({
  check: z.string().describe("Id of the check, such as R4.ties."),
  reason: z.string().min(10).describe("Why it cannot hold now."),
  until: z.iso.date().describe("The day from which it counts again, as YYYY-MM-DD."),
});

/** What a project may tell the kit; all of it is optional. */
export const testConfigSchema = z.strictObject({
  job: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe("Job files to take plugins and their configuration from. Default: those found in the folder."),
  mock: z
    .string()
    .optional()
    .describe("Module that stands in for the API. Default: api, mock or mock-api beside the job file."),
  credentials: z
    .record(z.string(), z.json())
    .optional()
    .describe("Made-up credentials, for plugins that do not accept the kit's own made-up texts."),
  readTarget: z
    .custom<ReadTarget>((value) => typeof value === "function", "a function")
    .optional()
    .describe(
      "Reads one object back from the target of a writer. Default: the files below the output folder.",
    ),
  skip: z
    .array(skippedCheckSchema)
    .default([])
    .describe("Checks that are left out for a while; each with a reason and a last day."),
});

/** What `dativo-test.config` exports. */
export type TestConfig = z.input<typeof testConfigSchema>;
type ReadTestConfig = z.output<typeof testConfigSchema>;

const NAMES = ["ts", "mts", "js", "mjs", "json"].map((extension) => `dativo-test.config.${extension}`);

/** Helps editors complete `dativo-test.config.ts`. */
export function defineTestConfig(config: TestConfig): TestConfig {
  return config;
}

/**
 * Reads `dativo-test.config.*` of a project, or the key `dativo.test` of its `package.json`.
 *
 * @throws DativoError `CONFIG_INVALID`
 */
export async function readTestConfig(projectRoot: string): Promise<ReadTestConfig> {
  const name = NAMES.find((candidate) => existsSync(join(projectRoot, candidate)));
  const file = name ?? "package.json";
  const path = join(projectRoot, file);
  const given = await givenIn(path);
  const found = testConfigSchema.safeParse(given ?? {});
  if (!found.success)
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: found.error.issues
        .map((issue) => `${file} ${issue.path.join(".")}: ${issue.message}`)
        .join("\n"),
      hint: "See docs/testing.md for what it may hold.",
    });
  const today = new Date().toISOString().slice(0, 10);
  const expired = found.data.skip.filter(({ until }) => until < today);
  if (expired.length > 0)
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: expired
        .map(({ check, until }) => `${file} skip: ${check} was to count again from ${until}.`)
        .join("\n"),
      hint: "Mend the plugin and remove the skip, or state a new day and why.",
    });
  return found.data;
}

async function givenIn(path: string): Promise<unknown> {
  if (!existsSync(path)) return undefined;
  if (!path.endsWith(".json")) return (await loadModule(path)).default;
  const parsed = JSON.parse(readFileSync(path, "utf8"));
  return path.endsWith("package.json") ? parsed.dativo?.test : parsed;
}

/** JSON Schema of `dativo-test.config.json` and of `dativo.test` in a `package.json`. */
export function testConfigJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(testConfigSchema.omit({ readTarget: true }), { io: "input" }) as Record<
    string,
    unknown
  >;
}

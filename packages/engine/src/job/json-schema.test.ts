import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { jobSchema } from "./job-schema.js";
import { assetJsonSchema, jobJsonSchema } from "./json-schema.js";
import { readJobFile } from "./read-job-file.js";
import { project } from "./testing/project.js";

const committed = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), "utf8"));

describe("the JSON Schemas", () => {
  it("are committed as they are generated", () => {
    expect(committed("job.schema.json")).toEqual(jobJsonSchema());
    expect(committed("asset.schema.json")).toEqual(assetJsonSchema());
  });

  it("describe every key", () => {
    const missing: string[] = [];
    const walk = (schema: Record<string, unknown>, path: string) => {
      if (path !== "" && typeof schema.description !== "string") missing.push(path);
      for (const [key, inner] of Object.entries(
        (schema.properties ?? {}) as Record<string, Record<string, unknown>>,
      ))
        walk(inner, `${path}.${key}`);
    };
    walk(jobJsonSchema() as Record<string, unknown>, "");
    walk((assetJsonSchema() as { $defs: { asset: Record<string, unknown> } }).$defs.asset, "");
    expect(missing).toEqual([]);
  });

  it("accept what the engine accepts: their own examples", () => {
    // zod does not carry additionalProperties: false into an allOf.
    const { allOf: _allOf, ...withoutRequired } = jobJsonSchema();
    const schema = z.fromJSONSchema(withoutRequired as never);
    for (const example of jobJsonSchema().examples as object[]) {
      expect(schema.safeParse(example).error).toBeUndefined();
      const cwd = project({ "job.yaml": stringify(example) });
      expect(readJobFile("job.yaml", { cwd, env: { USGS_KEY: "x" } }).file).toContain(cwd);
    }
    expect(schema.safeParse({ source: {}, target: {}, sorce: {} }).success).toBe(false);
    expect(schema.safeParse({ source: {}, target: {}, checkpoint: { max_records: "${N}" } }).success).toBe(
      true,
    );
    expect(schema.safeParse({ source: {}, target: {}, checkpoint: { max_records: "many" } }).success).toBe(
      false,
    );
  });

  it("know the keys of the definition", () => {
    expect(Object.keys(jobJsonSchema().properties as object)).toEqual(Object.keys(jobSchema.shape));
  });
});

import { Redactor } from "@dativo/protocol";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "./read-config.js";
import { secret } from "./secret.js";

const parts = {
  connection: z.object({ base_url: z.url(), pages: z.object({ size: z.int().min(1).max(1000) }).optional() }),
  credentials: z.object({ api_key: secret(), user: z.string().optional() }),
  options: z.object({ page_size: z.int().default(200), tags: z.array(z.enum(["a", "b"])).optional() }),
};
const good = { connection: { base_url: "http://x" }, credentials: { api_key: "hunter22" }, engine: {} };

function read(raw: object, redactor = new Redactor(), using: object = parts) {
  return readConfig(
    { name: "usgs", side: "source", parts: using as typeof parts },
    { ...good, ...raw },
    redactor,
  );
}

async function issuesOf(raw: object, using?: object) {
  const error = await read(raw, new Redactor(), using).then(
    () => expect.unreachable(),
    (thrown) => thrown,
  );
  expect(error.code).toBe("CONFIGURATION_ERROR");
  for (const { path, expected, got } of error.details.issues)
    expect(error.message).toContain(`${path}: expected ${expected}, got ${got}`);
  return error.details.issues as { path: string; expected: string; got: string }[];
}

describe("readConfig", () => {
  it("gives the output of each schema, defaults included", async () => {
    const config = await read({});
    expect(config.connection.base_url).toBe("http://x");
    expect(config.options.page_size).toBe(200);
    expect(config.credentials.api_key.reveal()).toBe("hunter22");
  });

  it("hands secrets to the redactor", async () => {
    const redactor = new Redactor();
    await read({}, redactor);
    expect(redactor.text("key=hunter22")).toBe("key=[redacted]");
  });

  it("lists every issue with its key path, what was expected and what was there", async () => {
    const issues = await issuesOf({
      connection: { base_url: "localhost", pages: { size: 0 } },
      credentials: {},
      engine: { options: { page_size: "200", tags: ["a", "c"] } },
    });
    expect(issues).toEqual([
      { path: "source.connection.base_url", expected: "a valid URL", got: '"localhost"' },
      { path: "source.connection.pages.size", expected: "Too small: expected number to be >=1", got: "0" },
      { path: "source.credentials.api_key", expected: "string", got: "nothing" },
      { path: "source.engine.options.page_size", expected: "number", got: '"200"' },
      { path: "source.engine.options.tags[1]", expected: 'one of "a"|"b"', got: '"c"' },
    ]);
  });

  it("never shows a credential, nor the password of an address", async () => {
    const secretive: StandardSchemaV1 = {
      "~standard": {
        version: 1,
        vendor: "x",
        validate: (value) => ({ issues: [{ message: `bad ${JSON.stringify(value)}`, path: [] }] }),
      },
    };
    const [fromLibrary] = await issuesOf(
      { credentials: { api_key: "hunter22" } },
      { credentials: secretive },
    );
    expect(JSON.stringify(fromLibrary)).not.toContain("hunter22");
    const [number] = await issuesOf({ credentials: { api_key: 12345678 } });
    expect(number).toEqual({ path: "source.credentials.api_key", expected: "string", got: "a number" });
    const [address] = await issuesOf({
      connection: { base_url: "http//user:hunter22@x", pages: "http://u:hunter22@x" },
    });
    expect(address?.got).toContain("http//user");
    const issues = await issuesOf({ connection: { base_url: "http://x", pages: "http://u:hunter22@x" } });
    expect(JSON.stringify(issues)).not.toContain("hunter22");
  });

  it("names unknown keys of the connection and the credentials, and near misses among the options", async () => {
    expect(
      await issuesOf({
        connection: { base_url: "http://x", bas_url: "y", colour: 1 },
        engine: { options: { pagesize: 1, batch_bytes: 5 } },
      }),
    ).toEqual([
      { path: "source.connection.bas_url", expected: "one of base_url, pages", got: "an unknown key" },
      { path: "source.connection.colour", expected: "one of base_url, pages", got: "an unknown key" },
      { path: "source.engine.options.pagesize", expected: "page_size instead", got: "an unknown key" },
    ]);
    expect((await issuesOf({ connection: { bas_url: "http://x" } }))[0]).toMatchObject({
      expected: "base_url instead",
    });
  });

  it("leaves keys alone where the schema is open or of another library", async () => {
    await read({ connection: { base_url: "http://x", more: 1 } }, new Redactor(), {
      connection: z.looseObject({ base_url: z.url() }),
    });
  });
});

import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { configSchemaOf, secretPaths } from "./config-schema.js";
import { isSecret, Secret, secret } from "./secret.js";

describe("Secret", () => {
  const key = new Secret("hunter22");

  it.each([
    ["a template", `${key}`],
    ["JSON", JSON.stringify({ key })],
    ["inspection", inspect({ key }, { showHidden: true, depth: 5 })],
    ["concatenation", `Bearer ${key}`],
    ["spreading", JSON.stringify({ ...key })],
    ["String", String(key)],
  ])("does not show in %s", (_name, text) => {
    expect(text).not.toContain("hunter22");
  });

  it("is revealed by name, and recognised across copies", () => {
    expect(key.reveal()).toBe("hunter22");
    expect(isSecret({ [Symbol.for("dativo.secret")]: true })).toBe(true);
    expect(isSecret("hunter22")).toBe(false);
  });

  it("is refused when empty", () => {
    expect(secret().safeParse("").success).toBe(false);
  });
});

describe("secretPaths", () => {
  it("finds secrets of every part, optional and nested ones too", () => {
    const schema = configSchemaOf({
      credentials: z.object({
        api_key: secret().optional(),
        oauth: z.object({ client_secret: secret(), id: z.string() }),
      }),
      options: z.object({ auth: z.union([z.object({ token: secret() }), z.string()]) }),
    });
    expect(secretPaths(schema)).toEqual([
      "credentials.api_key",
      "credentials.oauth.client_secret",
      "engine.options.auth.token",
    ]);
  });

  it("leaves a part open whose library has no JSON Schema", () => {
    expect(
      configSchemaOf({
        connection: { "~standard": { version: 1, vendor: "x", validate: () => ({ value: 1 }) } },
      }),
    ).toEqual({
      type: "object",
      properties: { connection: { type: "object" } },
    });
  });
});

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { isDativoError } from "../error.js";
import { FrameDecoder } from "../frame-decoder.js";
import { decodeRows, encodeRows } from "../row-json.js";
import { fixtureArtifacts } from "./fixture-artifacts.js";
import { staleFiles, writeFiles } from "./generated-files.js";
import { SCHEMAS, schemaArtifacts } from "./schema-artifacts.js";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));
const artifacts = [...schemaArtifacts(), ...fixtureArtifacts()];

async function lines<T>(path: string): Promise<T[]> {
  const text = await readFile(join(packageRoot, path), "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

async function jsonSchema(name: string): Promise<z.ZodType> {
  const text = await readFile(join(packageRoot, `schemas/${name}.schema.json`), "utf8");
  return z.fromJSONSchema(JSON.parse(text));
}

describe("committed files", () => {
  test("are what the definitions generate (npm run generate)", async () => {
    expect(await staleFiles(packageRoot, artifacts)).toEqual([]);
  });

  test("that differ, are missing or are left over are named, and mended by writing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "dativo-generate-"));
    try {
      await writeFiles(folder, artifacts);
      expect(await staleFiles(folder, artifacts)).toEqual([]);
      await rm(join(folder, "schemas/errors.json"));
      await writeFile(join(folder, "fixtures/frames.bin"), "other");
      await writeFile(join(folder, "fixtures/left-over.ndjson"), "");
      expect(await staleFiles(folder, artifacts)).toEqual([
        "fixtures/frames.bin",
        "fixtures/left-over.ndjson",
        "schemas/errors.json",
      ]);
      await writeFiles(folder, artifacts);
      expect(await staleFiles(folder, artifacts)).toEqual([]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("fixtures", () => {
  test("the binary frames decode to the JSON beside them", async () => {
    const decoder = new FrameDecoder();
    const frames = decoder.push(await readFile(join(packageRoot, "fixtures/frames.bin")));
    decoder.end();
    const expected = await lines<{ type: number; header: unknown; payload_base64: string }>(
      "fixtures/frames.ndjson",
    );
    expect(
      frames.map(({ type, header, payload }) => ({
        type,
        header,
        payload_base64: Buffer.from(payload).toString("base64"),
      })),
    ).toEqual(expected.map(({ type, header, payload_base64 }) => ({ type, header, payload_base64 })));
    expect(new Set(frames.map((frame) => frame.type)).size).toBe(11);
  });

  test("refused frames are refused with their code", async () => {
    for (const { name, bytes_base64, error_code } of await lines<Record<string, string>>(
      "fixtures/frames-refused.ndjson",
    )) {
      let code: string | undefined;
      try {
        const decoder = new FrameDecoder();
        decoder.push(Buffer.from(bytes_base64 as string, "base64"));
        decoder.end();
      } catch (error) {
        code = isDativoError(error) ? error.code : String(error);
      }
      expect(code, name).toBe(error_code);
    }
  });

  test("row JSON is the same after decoding and encoding, except for what no record can hold", async () => {
    for (const { name, text } of await lines<{ name: string; text: string }>("fixtures/row-json.ndjson")) {
      if (name === "unsupported") continue;
      expect(new TextDecoder().decode(encodeRows(decodeRows(new TextEncoder().encode(text)))), name).toBe(
        text,
      );
    }
  });

  test("results are accepted or refused alike by the definition and by its JSON Schema", async () => {
    const cases = await lines<{ schema: string; valid: boolean; value: unknown }>("fixtures/results.ndjson");
    for (const { schema, valid, value } of cases) {
      const label = `${schema} ${JSON.stringify(value)}`;
      expect(SCHEMAS[schema]?.safeParse(value).success, label).toBe(valid);
      expect((await jsonSchema(schema)).safeParse(value).success, `JSON Schema of ${label}`).toBe(valid);
    }
  });

  test("headers and errors are accepted by their JSON Schemas", async () => {
    for (const { name, header } of await lines<{ name: string; header: unknown }>("fixtures/frames.ndjson"))
      expect((await jsonSchema(`${name}-header`)).safeParse(header).success, name).toBe(true);
    for (const error of await lines<unknown>("fixtures/errors.ndjson"))
      expect((await jsonSchema("serialized-error")).safeParse(error).success).toBe(true);
  });
});

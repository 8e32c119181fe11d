import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import type { FunctionManifest } from "./function-manifest.js";
import { packageFunction } from "./package-function.js";
import { cLibrary, libraryNeedingGlibc } from "./testing/c-library.js";
import { aws, filesOf, gcp, project, QUIET, requestFor } from "./testing/project.js";

const READER = `
  import { readFileSync } from "node:fs";
  import { BaseReader } from "@dativo/sdk";
  import { z } from "zod";
  import { shared } from "../lib/shared.js";
  export const words = () => readFileSync(new URL("./words.json", import.meta.url), "utf8") + shared;
  export const schema = z.object({ id: z.int() });
  export class Reader extends BaseReader {}
`;
const FILES = {
  "plugins/reader.ts": READER,
  "plugins/words.json": "[1]",
  "lib/shared.ts": 'export const shared = "shared";',
  ".env": "SECRET=hunter22",
};
const manifestOf = (files: ReadonlyMap<string, string>): FunctionManifest =>
  JSON.parse(files.get("dativo.json") ?? "");

describe("the package of a TypeScript plugin", () => {
  it("is the same wherever the project lies, and another when the plugin is", async () => {
    const [one, other] = [project(FILES), project(FILES)];
    const changed = project({ ...FILES, "lib/shared.ts": 'export const shared = "other";' });
    const digest = async (root: string) =>
      (await packageFunction(requestFor(root, ["plugins/reader.ts:Reader"]), QUIET)).sha256;
    const first = await digest(one);
    expect(await digest(other)).toBe(first);
    expect(await digest(changed)).not.toBe(first);
  });

  it("holds the host, the manifest, the plugin and what the job includes, and nothing else", async () => {
    const root = project(FILES);
    const execution = aws({ include: ["plugins/*.json"] });
    const found = await packageFunction(requestFor(root, ["plugins/reader.ts:Reader"], execution), QUIET);
    const files = filesOf(found);
    expect([...files.keys()].sort()).toEqual([
      "dativo.json",
      "index.mjs",
      "package.json",
      "project/plugins/reader.reader.mjs",
      "project/plugins/reader.reader.mjs.map",
      "project/plugins/words.json",
    ]);
    expect(manifestOf(files)).toEqual({
      version: 1,
      plugins: [
        {
          kind: "reader",
          reference: "plugins/reader.ts:Reader",
          language: "node",
          entry: "project/plugins/reader.reader.mjs",
          name: "Reader",
        },
      ],
      project: "project",
    });
    expect(found).toMatchObject({ handler: "index.handler", runtime: "nodejs24.x", architecture: "x86_64" });
    expect([...files.values()].join()).not.toContain(root);
  });

  it("works where nothing is installed, and finds the files that were included", async () => {
    const root = project(FILES);
    const request = requestFor(root, ["plugins/reader.ts:Reader"], aws({ include: ["plugins/*.json"] }));
    const { zip } = await packageFunction(request, QUIET);
    const top = project({});
    for (const [path, contents] of Object.entries(unzipSync(zip))) {
      mkdirSync(dirname(join(top, path)), { recursive: true });
      writeFileSync(join(top, path), contents);
    }
    const module = await import(pathToFileURL(join(top, "project/plugins/reader.reader.mjs")).href);
    expect(module.words()).toBe("[1]shared");
    expect(module.schema.safeParse({ id: 1 }).success).toBe(true);
    expect(module.Reader[Symbol.for("dativo.plugin")].spec.kind).toBe("reader");
  });

  it("is started by the Functions Framework at Google", async () => {
    const request = requestFor(project(FILES), ["plugins/reader.ts:Reader"], gcp());
    const found = await packageFunction(request, QUIET);
    expect(found).toMatchObject({ handler: "dativo", runtime: "nodejs24" });
    expect(JSON.parse(filesOf(found).get("package.json") ?? "")).toMatchObject({
      type: "module",
      main: "index.mjs",
      dependencies: { "@google-cloud/functions-framework": expect.stringMatching(/^\d+\.\d+\.\d+$/) },
    });
  });

  it("holds a reader and a writer that run in one function", async () => {
    const root = project({ ...FILES, "plugins/writer.ts": "export class Writer {}" });
    const request = requestFor(root, ["plugins/reader.ts:Reader", "plugins/writer.ts:Writer"]);
    const { manifest } = await packageFunction(request, QUIET);
    expect(manifest.plugins.map(({ kind, entry }) => [kind, entry])).toEqual([
      ["reader", "project/plugins/reader.reader.mjs"],
      ["writer", "project/plugins/writer.writer.mjs"],
    ]);
  });
});

describe("the package of a shared library", () => {
  const library = cLibrary("int own(void) { return 1; }");

  it("holds the library, and what loads it", async () => {
    const root = project({ "target/release/libshop.so": library });
    const found = await packageFunction(requestFor(root, ["target/release/libshop.so:create_reader"]), QUIET);
    const files = filesOf(found);
    expect(files.has("project/target/release/libshop.so")).toBe(true);
    expect(files.has("koffi/node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node")).toBe(true);
    expect(manifestOf(files).plugins).toMatchObject([{ language: "native", name: "create_reader" }]);
    expect(found.handler).toBe("index.handler");
  });

  it("is refused when the function could not load it", async () => {
    const root = project({ "libshop.so": libraryNeedingGlibc("2.39") });
    await expect(
      packageFunction(requestFor(root, ["libshop.so:create_reader"]), QUIET),
    ).rejects.toMatchObject({
      code: "CLOUD_PACKAGE_FAILED",
      message: expect.stringMatching(/^libshop\.so cannot be loaded by AWS Lambda.*GLIBC 2\.39/),
    });
  });

  it("says what to install for a processor that this machine has nothing for", async () => {
    const arm = library.slice();
    arm.set([183, 0], 18);
    const root = project({ "libshop.so": arm });
    const execution = aws({ aws: { securityGroups: [], subnets: [], architecture: "arm64" } });
    await expect(
      packageFunction(requestFor(root, ["libshop.so:create_reader"], execution), QUIET),
    ).rejects.toMatchObject({
      code: "CLOUD_PACKAGE_FAILED",
      hint: expect.stringMatching(/npm install .*@koromix\/koffi-linux-arm64@\d/),
    });
  });
});

describe("what cannot be packaged", () => {
  it.each([
    ["nothing", "plugins/*.csv", /no such file/],
    ["something outside of the project", "../*", /outside of/],
    ["a hidden file", ".env", /no such file/],
  ])("is refused when include names %s", async (_what, pattern, message) => {
    const root = project({ "project/a.ts": "export class Reader {}", "project/.env": "X=1", "b.json": "{}" });
    const execution = aws({ include: [pattern] });
    await expect(
      packageFunction(requestFor(join(root, "project"), ["a.ts:Reader"], execution), QUIET),
    ).rejects.toMatchObject({ code: "CLOUD_PACKAGE_FAILED", message: expect.stringMatching(message) });
  });

  it("is refused when it does not exist", async () => {
    await expect(packageFunction(requestFor(project(FILES), ["a.ts:Reader"]), QUIET)).rejects.toMatchObject({
      code: "PLUGIN_NOT_FOUND",
    });
  });

  it("is refused when one half needs Python and the other Node", async () => {
    const root = project({ ...FILES, "writer.py": "class Writer: pass" });
    const request = requestFor(root, ["plugins/reader.ts:Reader", "writer.py:Writer"]);
    await expect(packageFunction(request, QUIET)).rejects.toMatchObject({
      code: "CLOUD_PACKAGE_FAILED",
      message: expect.stringContaining("one needs Python, the other Node"),
    });
  });
});

import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { parsePluginReference } from "@dativo/protocol";
import { describe, expect, it, onTestFinished } from "vitest";
import { PluginProject } from "../testing/plugin-project.js";
import { portableBundle } from "./portable-bundle.js";

const FILES = {
  "plugins/reader.ts": `
    import { readFileSync } from "node:fs";
    import { fromPackage } from "counted";
    import { here } from "../lib/here.js";
    import common from "./common.cjs";
    const PLUGIN = Symbol.for("dativo.plugin");
    export class Reader {}
    export const found = {
      text: () => readFileSync(new URL("./words.txt", import.meta.url), "utf8"),
      name: Reader.name, fromPackage, here, common,
    };`,
  "plugins/common.cjs": "module.exports = require('node:path').basename(__filename);",
  "plugins/words.txt": "words",
  "lib/here.ts": "export const here = import.meta.url;",
  "node_modules/counted/package.json": '{ "name": "counted", "version": "1.0.0", "main": "index.js" }',
  "node_modules/counted/index.js": "exports.fromPackage = 'package';",
};

const bundleOf = (project: PluginProject, text = "plugins/reader.ts:Reader") =>
  portableBundle(parsePluginReference(text), {
    projectRoot: project.root,
    searchPaths: [],
    fallbackResolveFrom: [],
  });

function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "dativo-portable-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe("a portable bundle", () => {
  it("is the same wherever the project lies, and names no path of this machine", async () => {
    const [one, other] = [new PluginProject(FILES), new PluginProject(FILES)];
    const [first, second] = [await bundleOf(one), await bundleOf(other)];
    expect(second.code).toBe(first.code);
    expect(second.map).toBe(first.map);
    expect(`${first.code}${first.map}`).not.toContain(one.root);
    expect(JSON.parse(first.map).sources).toContain("reader.ts");
  });

  it("works elsewhere without the project's packages, and finds files from where it lies", async () => {
    const project = new PluginProject(FILES);
    const { code, file } = await bundleOf(project);
    const folder = emptyFolder();
    const moved = join(folder, "plugins", "reader.mjs");
    mkdirSync(dirname(moved));
    writeFileSync(moved, code);
    cpSync(join(project.root, "plugins/words.txt"), join(folder, "plugins/words.txt"));
    const { found, Reader } = await import(pathToFileURL(moved).href);
    expect(file).toBe(join(project.root, "plugins/reader.ts"));
    expect(Reader.name).toBe("Reader");
    expect(found.text()).toBe("words");
    expect(found).toMatchObject({
      name: "Reader",
      fromPackage: "package",
      common: "common.cjs",
      here: pathToFileURL(join(folder, "lib/here.ts")).href,
    });
  });

  it("brings the packages that come with Dativo when the project has none", async () => {
    const project = new PluginProject({
      "a.ts": 'import { z } from "zod"; export const Reader = z.string().parse("zod");',
    });
    const { code } = await portableBundle(parsePluginReference("a.ts:Reader"), {
      projectRoot: project.root,
      searchPaths: [],
      fallbackResolveFrom: [import.meta.dirname ?? ""],
    });
    const moved = join(emptyFolder(), "a.mjs");
    writeFileSync(moved, code);
    expect((await import(pathToFileURL(moved).href)).Reader).toBe("zod");
  });

  it("hands over compiled addons beside it", async () => {
    const project = new PluginProject({
      "a.ts": 'import addon from "./build/thing.node"; export const Reader = () => addon;',
      "build/thing.node": "not really",
    });
    const { addons, code } = await bundleOf(project, "a.ts:Reader");
    const [[name, contents] = ["", new Uint8Array()]] = addons;
    expect(Buffer.from(contents).toString()).toBe("not really");
    expect(code).toContain(name);
  });

  it.each([
    [
      "a package that is missing",
      { "a.ts": 'import "left-pad-not-there"; export class Reader {}' },
      "npm install left-pad-not-there",
    ],
    ["a mistake", { "a.ts": "export const = 1;" }, undefined],
  ])("is refused for %s", async (_what, files, hint) => {
    await expect(bundleOf(new PluginProject(files), "a.ts:Reader")).rejects.toMatchObject({
      code: "PLUGIN_LOAD_FAILED",
      message: expect.stringContaining("a.ts:1"),
      ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
    });
  });
});

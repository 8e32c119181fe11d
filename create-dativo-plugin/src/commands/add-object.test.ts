import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, run, treeOf } from "../testing/command.js";

const QUIET = ["--yes", "--no-install", "--no-git", "--description", "A plugin."] as const;

async function project(...flags: string[]): Promise<string> {
  const cwd = emptyFolder();
  expect((await run(cwd, ["acme", ...QUIET, ...flags])).code).toBe(0);
  return join(cwd, "acme");
}

describe.each([
  ["ts", "reader"],
  ["ts", "writer"],
  ["python", "reader"],
  ["python", "writer"],
  ["rust", "reader"],
  ["rust", "writer"],
] as const)("add object to a %s %s", (lang, kind) => {
  const flags = ["--lang", lang, "--kind", kind];

  it("three times gives the project that has them from the start, and again nothing", async () => {
    const cwd = await project(...flags);
    for (const object of ["orders", "zebras", "line_items"]) {
      const { code, stdout, stderr } = await run(cwd, ["add", "object", object]);
      expect(code, stderr + stdout).toBe(0);
    }
    const after = treeOf(cwd);
    expect(after).toEqual(treeOf(await project(...flags, "--objects", "users,orders,zebras,line_items")));
    const again = await run(cwd, ["add", "object", "zebras"]);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("nothing was changed") });
    expect(treeOf(cwd)).toEqual(after);
  });
});

describe("edits of the owner", () => {
  it("stay where an object is added to TypeScript, on the lines beside it too", async () => {
    const cwd = await project();
    const path = join(cwd, "src", "index.ts");
    const mine = readFileSync(path, "utf8")
      .replace(
        "    users,\n",
        "    // The ones we need most.\n    users,\n    mine: { ...users, cursor: undefined },\n",
      )
      .replace('name: "acme"', 'name: "ours"');
    writeFileSync(path, mine);
    const job = join(cwd, "job.yaml");
    writeFileSync(job, readFileSync(job, "utf8").replace("[users]", "[users, mine] # two"));
    expect((await run(cwd, ["add", "object", "orders"])).code).toBe(0);
    const after = treeOf(cwd);
    expect(after["src/index.ts"]).toBe(
      mine
        .replace("import { users }", 'import { orders } from "./objects/orders.js";\nimport { users }')
        .replace("cursor: undefined },\n", "cursor: undefined },\n    orders,\n"),
    );
    expect(after["job.yaml"]).toContain("objects: [users, mine, orders] # two");
  });

  it.each([
    ["python", "src/acme/objects/__init__.py", "    USERS,\n", "    USERS,\n    MINE,\n", "    ORDERS,\n"],
    [
      "rust",
      "src/objects/mod.rs",
      "        users::object(),\n",
      "        users::object(),\n        mine::object(),\n",
      "        orders::object(),\n",
    ],
  ])("stay in the list of objects of %s", async (lang, path, from, to, added) => {
    const cwd = await project("--lang", lang);
    const mine = readFileSync(join(cwd, path), "utf8").replace(from, to);
    writeFileSync(join(cwd, path), mine);
    const { code, stdout } = await run(cwd, ["add", "object", "orders"]);
    expect(code, stdout).toBe(0);
    const after = treeOf(cwd)[path] ?? "";
    expect(after).toContain(to.trimEnd());
    expect(after).toContain(added);
    expect(after).not.toContain("<<<<<<<");
  });

  it("keep a file that has the object's name already", async () => {
    const cwd = await project();
    writeFileSync(join(cwd, "src", "objects", "orders.ts"), "export const orders = 1;\n");
    const { code } = await run(cwd, ["add", "object", "orders"]);
    expect(treeOf(cwd)["src/objects/orders.ts"]).toContain("export const orders = 1;\n");
    expect([0, 5]).toContain(code);
  });

  it("are not guessed at: what is not as it was made is refused, and nothing is written", async () => {
    const cwd = await project();
    writeFileSync(join(cwd, "src", "index.ts"), "export default 1;\n");
    const before = treeOf(cwd);
    const { code, stderr } = await run(cwd, ["add", "object", "orders"]);
    expect(code).toBe(3);
    expect(stderr).toContain("defineReader({ objects: { … } })");
    expect(treeOf(cwd)).toEqual(before);
  });

  it("a deleted test stays deleted", async () => {
    const cwd = await project();
    rmSync(join(cwd, "test", "reader.test.ts"));
    expect((await run(cwd, ["add", "object", "orders"])).code).toBe(0);
    expect(Object.keys(treeOf(cwd))).not.toContain("test/reader.test.ts");
  });
});

it("names are checked, --dry-run writes nothing, --json prints a document", async () => {
  const cwd = await project();
  const before = treeOf(cwd);
  for (const name of ["../x", "Orders", "select", "a/b"])
    expect((await run(cwd, ["add", "object", name])).code).toBe(2);
  const dry = await run(cwd, ["add", "object", "orders", "--dry-run", "--json"]);
  expect(JSON.parse(dry.stdout)).toMatchObject({
    written: false,
    files: expect.arrayContaining([{ path: "src/objects/orders.ts", action: "create" }]),
  });
  expect(treeOf(cwd)).toEqual(before);
  // From elsewhere, too.
  expect((await run(emptyFolder(), ["add", "object", "orders", "--cwd", cwd])).code).toBe(0);
  expect(Object.keys(treeOf(cwd))).toContain("src/objects/orders.ts");
});

describe.each(["ts", "python", "rust"])("add writer-mode to %s", (lang) => {
  it("gives the project that has it from the start, and again nothing", async () => {
    const cwd = await project("--lang", lang, "--kind", "writer");
    for (const mode of ["merge", "replace"])
      expect((await run(cwd, ["add", "writer-mode", mode])).code).toBe(0);
    const after = treeOf(cwd);
    expect(after).toEqual(
      treeOf(await project("--lang", lang, "--kind", "writer", "--modes", "append,merge,replace")),
    );
    expect((await run(cwd, ["add", "writer-mode", "merge"])).code).toBe(0);
    expect(treeOf(cwd)).toEqual(after);
    const wrong = await run(cwd, ["add", "writer-mode", "mrege"]);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("Try merge") });
  });
});

it("readers have no modes", async () => {
  const { code, stderr } = await run(await project(), ["add", "writer-mode", "merge"]);
  expect(code).toBe(2);
  expect(stderr).toContain("only writers have modes");
});

import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, run, treeOf } from "../testing/command.js";
import { nextVersion, type TemplateEdit } from "../testing/next-version.js";

const QUIET = ["--yes", "--no-install", "--no-git"] as const;

async function project(...flags: string[]): Promise<string> {
  const cwd = emptyFolder();
  expect((await run(cwd, ["acme", ...QUIET, ...flags])).code).toBe(0);
  return join(cwd, "acme");
}

/** Changes a file of the template or of a project. */
function replaced(text: string | undefined, from: string, to: string): string {
  if (!text?.includes(from)) throw new Error(`there is no ${from}`);
  return text.replace(from, to);
}

/** A version that changes, adds and removes files. */
const LATER: TemplateEdit = (files) => {
  files.set("AGENTS.md", `${files.get("AGENTS.md")}- New advice.\n`);
  files.set("package.json", replaced(files.get("package.json"), '"dativo": "^0.1.0"', '"dativo": "^0.2.0"'));
  files.set(".github/workflows/new.yml", "name: {{name}}\n");
  files.delete(".vscode/extensions.json");
  files.set("README.md", replaced(files.get("README.md"), "## Make it yours", "## How to make it yours"));
};

describe("upgrade", () => {
  it("of a project as it was made gives the project that the new version makes", async () => {
    const command = nextVersion("0.2.0", LATER);
    for (const flags of [
      [],
      ["--kind", "writer"],
      ["--lang", "python"],
      ["--lang", "rust", "--kind", "writer"],
    ]) {
      const cwd = await project(...flags);
      expect((await run(cwd, ["upgrade"], {}, command)).code).toBe(0);
      const fresh = emptyFolder();
      await run(fresh, ["acme", ...QUIET, ...flags], {}, command);
      expect(treeOf(cwd)).toEqual(treeOf(join(fresh, "acme")));
    }
  });

  it("keeps what the owner edited, deleted and added, and does nothing the second time", async () => {
    const cwd = await project();
    const file = (path: string) => join(cwd, path);
    const edit = (path: string, from: string, to: string) =>
      writeFileSync(file(path), replaced(readFileSync(file(path), "utf8"), from, to));
    edit("package.json", '"zod": "^4.6.7"', '"zod": "^4.9.0",\n    "mine": "1.0.0"');
    edit("README.md", "## Run it", "## How I run it");
    edit("src/objects/users.ts", "name: z.string(),", "name: z.string(),\n  mine: z.string(),");
    appendFileSync(file(".vscode/extensions.json"), "\n");
    rmSync(file("mock/fixtures/users.json"));
    rmSync(file("AGENTS.md"));
    writeFileSync(file("mine.ts"), "export {};\n");
    const before = treeOf(cwd);

    const command = nextVersion("0.2.0", LATER);
    const dry = await run(cwd, ["upgrade", "--dry-run"], {}, command);
    expect(dry.stdout).toContain("update README.md");
    expect(treeOf(cwd)).toEqual(before);

    const { code, stdout } = await run(cwd, ["upgrade"], {}, command);
    expect(code, stdout).toBe(0);
    const after = treeOf(cwd);
    const manifest = JSON.parse(after["package.json"] ?? "");
    expect(manifest.dependencies).toMatchObject({ zod: "^4.9.0", mine: "1.0.0" });
    expect(manifest.devDependencies.dativo).toBe("^0.2.0");
    expect(after["README.md"]).toContain("## How I run it");
    expect(after["README.md"]).toContain("## How to make it yours");
    expect(after[".github/workflows/new.yml"]).toBe("name: acme\n");
    // Deleted by the owner: not back, although the template changed one of them. Removed by the template: edited, so kept.
    expect(Object.keys(after)).not.toContain("AGENTS.md");
    expect(Object.keys(after)).not.toContain("mock/fixtures/users.json");
    for (const path of ["mine.ts", "src/objects/users.ts", ".vscode/extensions.json"])
      expect(after[path]).toBe(before[path]);

    const second = await run(cwd, ["upgrade"], {}, command);
    expect(second.code).toBe(0);
    expect(second.stdout).toContain("up to date");
    expect(treeOf(cwd)).toEqual(after);
  });

  it("over two versions loses nothing either", async () => {
    const cwd = await project();
    writeFileSync(join(cwd, "job.yaml"), replaced(treeOf(cwd)["job.yaml"], "page_size: 10", "page_size: 50"));
    const second = nextVersion("0.2.0", LATER);
    await run(cwd, ["upgrade"], {}, second);
    const third = nextVersion(
      "0.3.0",
      (files) => {
        files.set(
          "job.yaml",
          replaced(files.get("job.yaml"), "schema_validation_mode: warn", "schema_validation_mode: strict"),
        );
      },
      second,
    );
    expect((await run(cwd, ["upgrade"], {}, third)).code).toBe(0);
    const job = treeOf(cwd)["job.yaml"];
    expect(job).toContain("page_size: 50");
    expect(job).toContain("schema_validation_mode: strict");
  });

  it("marks what both changed, ends with 5, and waits until that is resolved", async () => {
    const cwd = await project();
    writeFileSync(join(cwd, "job.yaml"), replaced(treeOf(cwd)["job.yaml"], "page_size: 10", "page_size: 50"));
    const command = nextVersion("0.2.0", (files, name) => {
      if (name === "ts-reader")
        files.set("job.yaml", replaced(files.get("job.yaml"), "page_size: 10", "page_size: 20"));
    });
    const { code, stdout } = await run(cwd, ["upgrade"], {}, command);
    expect(code).toBe(5);
    expect(stdout).toContain("job.yaml: you and the template changed the same lines");
    const merged = treeOf(cwd);
    expect(merged["job.yaml"]).toContain(
      "<<<<<<< yours\n      page_size: 50\n||||||| template before\n      page_size: 10\n=======\n      page_size: 20\n>>>>>>> template now\n",
    );
    for (const words of [["upgrade"], ["add", "object", "orders"]])
      expect((await run(cwd, words, {}, command)).code).toBe(5);
    expect((await run(cwd, ["doctor"], {}, command)).stdout).toContain("conflict markers in job.yaml");
    expect(treeOf(cwd)).toEqual(merged);
    writeFileSync(join(cwd, "job.yaml"), "name: acme\n");
    expect((await run(cwd, ["upgrade"], {}, command)).code).toBe(0);
  });

  it("finds what was generated by its hash, and merges without it where the record was changed", async () => {
    const cwd = await project();
    const record = JSON.parse(treeOf(cwd)[".dativo/scaffold.json"] ?? "");
    record.files["AGENTS.md"] = "0".repeat(64);
    writeFileSync(join(cwd, ".dativo", "scaffold.json"), JSON.stringify(record));
    const { code } = await run(cwd, ["upgrade"], {}, nextVersion("0.2.0", LATER));
    expect(code).toBe(0);
    expect(treeOf(cwd)["AGENTS.md"]).toContain("- New advice.");
  });

  it("refuses a version it does not know, and records that lead out of the project", async () => {
    const cwd = await project();
    const record = JSON.parse(treeOf(cwd)[".dativo/scaffold.json"] ?? "");
    const broken: [object, string, number][] = [
      [{ version: "9.9.9" }, "which 0.1.0 does not know", 2],
      [{ version: "../../x" }, "version is not a version", 2],
      [{ format: 2 }, "format 2", 2],
      [{ answers: { ...record.answers, objects: ["../../x"] } }, "answers.objects", 2],
      [{ answers: { ...record.answers, lang: "cobol" } }, "answers.lang", 2],
    ];
    for (const [change, text, code] of broken) {
      writeFileSync(join(cwd, ".dativo", "scaffold.json"), JSON.stringify({ ...record, ...change }));
      const ended = await run(cwd, ["upgrade"]);
      expect(ended.stderr).toContain(text);
      expect(ended.code).toBe(code);
    }
    const files = { ...record.files, "../outside": record.files["AGENTS.md"] };
    writeFileSync(join(cwd, ".dativo", "scaffold.json"), JSON.stringify({ ...record, files }));
    writeFileSync(join(cwd, "..", "outside"), treeOf(cwd)["AGENTS.md"] ?? "");
    const ended = await run(cwd, ["upgrade"], {}, nextVersion("0.2.0", LATER));
    expect(ended.code).toBe(3);
    expect(ended.stderr).toContain("does not stay in the project");
  });

  it("keeps the line ends of a checkout on Windows", async () => {
    const cwd = await project();
    const job = treeOf(cwd)["job.yaml"] ?? "";
    writeFileSync(
      join(cwd, "job.yaml"),
      job.replaceAll("\n", "\r\n").replace("page_size: 10", "page_size: 50"),
    );
    const command = nextVersion("0.2.0", (files, name) => {
      if (name === "ts-reader")
        files.set("job.yaml", replaced(files.get("job.yaml"), "mode: warn", "mode: strict"));
    });
    expect((await run(cwd, ["upgrade"], {}, command)).code).toBe(0);
    const merged = treeOf(cwd)["job.yaml"] ?? "";
    expect(merged.replaceAll("\r\n", "")).not.toContain("\n");
    expect(merged).toContain("page_size: 50");
    expect(merged).toContain("mode: strict");
  });
});

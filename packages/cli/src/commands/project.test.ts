import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dativo, project } from "../testing/dativo.js";
import { CSV_PROJECT, REJECTING_PROJECT } from "../testing/projects.js";

describe("dativo init", () => {
  it.each([
    { source: "plugin", object: "levels", records: 1000 },
    { source: "csv", object: "people", records: 5 },
  ])(
    "writes a project of $source that runs at once, and again with nothing new",
    async ({ source, object, records }) => {
      using folder = project();
      const made = await dativo(["init", "new", "--source", source], { cwd: folder.path });
      expect(made).toMatchObject({
        code: 0,
        stderr: "",
        stdout: expect.stringContaining("dativo run new/job.yaml"),
      });
      const cwd = join(folder.path, "new");
      expect(JSON.parse(readFileSync(join(cwd, ".dativo/job.schema.json"), "utf8"))).toHaveProperty(
        "$schema",
      );
      expect(await dativo(["validate", "job.yaml"], { cwd })).toMatchObject({
        code: 0,
        stdout: expect.not.stringContaining("warning"),
      });
      const first = await dativo(["run", "new/job.yaml", "--json"], { cwd: folder.path });
      expect(JSON.parse(first.stdout).objects).toMatchObject([{ object, written: records, rejected: 0 }]);
      const again = await dativo(["run", "job.yaml", "--json"], { cwd });
      expect(JSON.parse(again.stdout).objects[0].written).toBe(0);
    },
  );

  it("overwrites nothing without --force", async () => {
    using folder = project({ "job.yaml": "mine" });
    const { code, stderr } = await dativo(["init"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stderr).toContain("job.yaml exists; nothing was written.");
    expect(readFileSync(join(folder.path, "job.yaml"), "utf8")).toBe("mine");
    expect(existsSync(join(folder.path, "plugins"))).toBe(false);
    expect((await dativo(["init", "--force", "--json"], { cwd: folder.path })).code).toBe(0);
    expect(readFileSync(join(folder.path, "job.yaml"), "utf8")).toContain("custom_reader");
  });
});

describe("dativo validate, check and discover", () => {
  it("say what they found, for people and machines", async () => {
    using folder = project({
      ...CSV_PROJECT,
      "job.yaml": `${CSV_PROJECT["job.yaml"]}finops: { cost_center: x }\n`,
    });
    const cwd = folder.path;
    const validated = await dativo(["validate", "job.yaml"], { cwd });
    expect(validated).toMatchObject({ code: 0, stderr: "" });
    expect(validated.stdout).toContain("✔ job.yaml is valid: csv → parquet, with 1 warning");
    expect(validated.stdout).toMatch(/! job\.yaml:\d+:\d+ {2}finops\n/);
    expect(JSON.parse((await dativo(["validate", "job.yaml", "--json"], { cwd })).stdout)).toMatchObject({
      valid: true,
      warnings: [{ key: "finops" }],
    });
    const checked = await dativo(["check", "job.yaml", "--json"], { cwd });
    expect(checked.code).toBe(0);
    expect(JSON.parse(checked.stdout)).toMatchObject({
      source: { plugin: "csv", status: "ok" },
      target: { plugin: "parquet", status: "ok" },
    });
    const discovered = await dativo(["discover", "job.yaml", "--json"], { cwd });
    expect(JSON.parse(discovered.stdout).objects).toMatchObject([
      { name: "people", columns: [{ name: "id" }, { name: "name" }] },
    ]);
  });

  it("shows a check that is not implemented as unknown, and a plugin's objects without a job", async () => {
    using folder = project(REJECTING_PROJECT);
    const checked = await dativo(["check", "job.yaml"], { cwd: folder.path });
    expect(checked).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^\? source {2}numbers {2}unknown: /),
    });
    const discovered = await dativo(["discover", "plugins/numbers.ts:default"], { cwd: folder.path });
    expect(discovered).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^numbers .*\n {2}n {2}integer {2}required\n$/),
    });
  });

  it("give plugins the command's own SDK and zod, with zod's other languages", async () => {
    using folder = project({
      "reader.ts": `
        import { defineReader } from "@dativo/sdk";
        import { z } from "zod";
        export default defineReader({
          name: "french",
          config: {},
          check: async () => ({ success: true, message: z.int().safeParse("x", { error: z.locales.fr().localeError }).error.issues[0].message }),
          objects: { things: { schema: z.object({ n: z.int() }), async *read() {} } },
        });`,
      "job.yaml": `source: { custom_reader: "reader.ts:default" }\ntarget: { type: jsonl, connection: { path: out } }\n`,
    });
    const checked = await dativo(["check", "job.yaml"], { cwd: folder.path });
    expect(checked.stdout).toContain("Entrée invalide");
    const cache = join(folder.path, ".dativo/cache/plugins");
    const built = readdirSync(cache, { recursive: true, encoding: "utf8" }).find((name) =>
      name.endsWith(".mjs"),
    );
    const code = readFileSync(join(cache, built ?? ""), "utf8");
    expect(code).toMatch(/from "file:[^"]*shared-sdk\.js"/);
    expect(code).toMatch(/from "file:[^"]*shared-zod\.js"/);
  });

  it("keep secrets out of errors, also with --debug and --json", async () => {
    using folder = project({
      "plugins/leaky.ts": `
        import { defineReader, secret } from "@dativo/sdk";
        import { z } from "zod";
        export default defineReader({
          name: "leaky",
          config: { credentials: z.object({ key: secret() }) },
          open: ({ config }) => {
            throw new Error("refused " + config.credentials.key.reveal());
          },
          check: async () => ({ success: true, message: "never reached" }),
          objects: { things: { schema: z.object({ n: z.int() }), async *read() {} } },
        });`,
      "job.yaml": `source:\n  custom_reader: "plugins/leaky.ts:default"\n  credentials: { key: "\${LEAKY_KEY}" }\ntarget: { type: jsonl, connection: { path: out } }\n`,
    });
    for (const flags of [[], ["--debug"], ["--json"], ["--json", "--debug"]])
      for (const verb of ["check", "run"]) {
        const { stdout, stderr } = await dativo([verb, "job.yaml", ...flags], {
          cwd: folder.path,
          env: { LEAKY_KEY: "hunter22secret" },
        });
        expect(`${stdout}${stderr}`).not.toContain("hunter22secret");
        expect(`${stdout}${stderr}`).toContain("refused [redacted]");
      }
  });

  it("end with 2 when a check fails", async () => {
    using folder = project({
      ...CSV_PROJECT,
      "job.yaml": CSV_PROJECT["job.yaml"].replace("in/*.csv", "nowhere/*.csv"),
    });
    const { code, stdout } = await dativo(["check", "job.yaml"], { cwd: folder.path });
    expect(code).toBe(2);
    expect(stdout).toMatch(/^✖ source/);
  });
});

describe("dativo state and runs", () => {
  it("show, set and reset positions; list and show runs", async () => {
    using folder = project(CSV_PROJECT);
    const cwd = folder.path;
    const json = async (...words: string[]) =>
      JSON.parse((await dativo([...words, "--json"], { cwd })).stdout);
    expect(await json("runs", "list")).toEqual({ runs: [] });
    expect((await dativo(["runs", "show"], { cwd })).stderr).toContain("RUN_NOT_FOUND");
    expect((await dativo(["state", "show", "job.yaml"], { cwd })).stdout).toContain("has no state");
    const { run_id: run } = await json("run", "job.yaml");
    const { objects } = await json("state", "show", "job.yaml");
    expect(objects.people).toMatchObject({ run_id: run, files: 1 });
    expect(await json("state", "reset", "job.yaml", "people")).toMatchObject({ reset: ["people"] });
    expect(
      await json("state", "set", "job.yaml", "people", JSON.stringify(objects.people.position)),
    ).toMatchObject({ object: "people" });
    expect((await json("run", "job.yaml")).objects[0]).toMatchObject({ read: 0 });
    expect((await dativo(["state", "set", "job.yaml", "people", "{nonsense"], { cwd })).stderr).toContain(
      "is not JSON",
    );
    expect((await json("runs", "list")).runs).toHaveLength(2);
    expect((await dativo(["runs", "show", run], { cwd })).stdout).toMatch(
      new RegExp(`^${run} {2}succeeded[\\s\\S]*3 read = 3 written[\\s\\S]*report\\.json`),
    );
    expect((await dativo(["runs", "show", `${run.slice(0, -1)}X`], { cwd })).stderr).toContain(run);
  });
});

describe("dativo replay", () => {
  it("writes what passes now, once", async () => {
    using folder = project(REJECTING_PROJECT);
    const cwd = folder.path;
    const { run_id: run } = JSON.parse((await dativo(["run", "job.yaml", "--json"], { cwd })).stdout);
    const plugin = join(cwd, "plugins/numbers.ts");
    writeFileSync(plugin, readFileSync(plugin, "utf8").replace("z.int()", "z.union([z.int(), z.string()])"));
    const replayed = await dativo(["replay", run, "--json"], { cwd });
    expect(JSON.parse(replayed.stdout)).toMatchObject({
      kind: "replay",
      replay_of: run,
      objects: [{ read: 1, written: 1 }],
    });
    expect(replayed.code).toBe(0);
    const again = await dativo(["replay", run, "--json"], { cwd });
    expect(JSON.parse(again.stdout).objects.every(({ written }: { written: number }) => written === 0)).toBe(
      true,
    );
  });
});

describe("dativo schema", () => {
  it.each(["job", "asset", "report"])("prints the JSON Schema of a %s", async (name) => {
    using folder = project();
    const { code, stdout } = await dativo(["schema", name], { cwd: folder.path });
    expect(code).toBe(0);
    expect(JSON.parse(stdout).$schema).toMatch(/json-schema\.org/);
  });

  it("writes them where editors find them", async () => {
    using folder = project();
    const { stdout } = await dativo(["schema", "--write", "--json"], { cwd: folder.path });
    const { written } = JSON.parse(stdout);
    expect(written).toEqual([
      ".dativo/job.schema.json",
      ".dativo/asset.schema.json",
      ".dativo/report.schema.json",
    ]);
    for (const file of written) expect(existsSync(join(folder.path, file))).toBe(true);
  });
});

describe("dativo doctor", () => {
  it("finds a healthy project healthy, and a broken job and an unfinished run", async () => {
    using folder = project(CSV_PROJECT);
    const cwd = folder.path;
    const healthy = await dativo(["doctor", "--json"], { cwd });
    expect(healthy.code).toBe(0);
    expect(JSON.parse(healthy.stdout).findings.map(({ check }: { check: string }) => check)).toEqual(
      expect.arrayContaining([
        "node",
        "duckdb",
        "esbuild",
        "project",
        "state folder",
        "temporary folder",
        "disk",
        "job.yaml",
        "runs",
      ]),
    );
    writeFileSync(join(cwd, "broken.yaml"), "source: { type: cvs }\ntarget: { type: parquet }\n");
    await dativo(["run", "job.yaml"], { cwd, env: { DATIVO_FAULT: "commit.before:1:kill" } });
    const broken = await dativo(["doctor"], { cwd });
    expect(broken.code).toBe(2);
    expect(broken.stdout).toMatch(/✖ broken\.yaml {2}.*CONFIG_INVALID/);
    expect(broken.stdout).toMatch(/! runs .* was killed\./);
  });

  it("knows the interpreter that the Python plugins of jobs run with, and fails when they have none", async () => {
    using folder = project(CSV_PROJECT);
    const cwd = folder.path;
    const python = async () => {
      const { code, stdout } = await dativo(["doctor", "--json"], { cwd, env: { PATH: join(cwd, "bin") } });
      const { findings } = JSON.parse(stdout) as {
        findings: { check: string; status: string; message: string }[];
      };
      return [code, findings.find(({ check }) => check === "python")];
    };
    expect(await python()).toMatchObject([
      0,
      { status: "ok", message: "none that works, and no job needs one" },
    ]);
    writeFileSync(
      join(cwd, "python.yaml"),
      'source: { custom_reader: "plugin.py:Reader" }\ntarget: { type: jsonl }\n',
    );
    expect(await python()).toMatchObject([
      2,
      { status: "failed", message: expect.stringMatching(/^PLUGIN_LOAD_FAILED: There is no Python/) },
    ]);
    mkdirSync(join(cwd, "bin"));
    // An interpreter that answers as one does.
    writeFileSync(join(cwd, "bin", "python3"), "#!/bin/sh\necho 3.12.4\necho 17.0.0\n", { mode: 0o755 });
    expect(await python()).toMatchObject([
      0,
      { status: "ok", message: expect.stringMatching(/^3\.12\.4 at .*pyarrow 17\.0\.0/) },
    ]);
    writeFileSync(join(cwd, "bin", "python3"), "#!/bin/sh\necho 3.8.2\n", { mode: 0o755 });
    expect(await python()).toMatchObject([
      2,
      { status: "failed", message: expect.stringMatching(/is Python 3\.8\.2; plugins need 3\.9/) },
    ]);
  });
});

describe("dativo query", () => {
  it("asks what runs wrote, as a table, CSV or JSON, and names the views when one is wrong", async () => {
    using folder = project(CSV_PROJECT);
    const cwd = folder.path;
    expect((await dativo(["query", "from people", "job.yaml"], { cwd })).stderr).toContain(
      "Run the job first",
    );
    await dativo(["run", "job.yaml"], { cwd });
    const sql = "select name, id from people where id > 1 order by id";
    expect((await dativo(["query", sql], { cwd })).stdout).toBe(
      "name   id\nAlan    2\nGrace   3\n(2 rows)\n",
    );
    expect((await dativo(["query", sql, "--csv"], { cwd })).stdout).toBe("name,id\nAlan,2\nGrace,3\n");
    expect((await dativo(["query", "select * from people where false", "--csv"], { cwd })).stdout).toBe(
      "id,name\n",
    );
    expect(JSON.parse((await dativo(["query", sql, "job.yaml", "--json"], { cwd })).stdout)).toEqual({
      columns: [
        { name: "name", type: "string" },
        { name: "id", type: "integer" },
      ],
      rows: [
        { name: "Alan", id: 2 },
        { name: "Grace", id: 3 },
      ],
    });
    expect(await dativo(["query", "from peple"], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The target holds "people".'),
    });
  });

  it.each([
    ["csv", "  partitioning: [state]\n"],
    ["parquet", "  partitioning: [state]\n"],
    ["jsonl", ""],
    ["json", ""],
  ])("reads the %s that a run wrote, partitions and leading zeros included", async (type, partitioning) => {
    using folder = project({
      "in/zips.csv": "zip,state\n00501,NY\n90210,CA\n",
      "job.yaml": `source:\n  type: csv\n  files: [{ path: in/zips.csv, columns: { zip: string } }]\ntarget:\n  type: ${type}\n  connection: { path: out }\n${partitioning}`,
    });
    const cwd = folder.path;
    expect(await dativo(["run", "job.yaml"], { cwd })).toMatchObject({ code: 0 });
    const { stdout } = await dativo(["query", "select zip, state from zips order by zip", "--json"], { cwd });
    expect(JSON.parse(stdout).rows).toEqual([
      { zip: "00501", state: "NY" },
      { zip: "90210", state: "CA" },
    ]);
  });

  it("reads Arrow files, DuckDB tables and what a custom writer committed", async () => {
    const job = (target: string) =>
      `source:\n  type: csv\n  files: [{ path: "in/*.csv", object: people }]\ntarget:\n${target}`;
    using folder = project({
      "in/people.csv": CSV_PROJECT["in/people.csv"],
      "arrow.yaml": job("  type: arrow\n  connection: { path: out }\n"),
      "duckdb.yaml": job("  type: duckdb\n  connection: { path: out.duckdb }\n"),
      "custom.yaml": job('  custom_writer: "plugins/lines.ts:default"\n  connection: { path: lines }\n'),
      "plugins/lines.ts": `
        import { mkdirSync, renameSync, writeFileSync } from "node:fs";
        import { join } from "node:path";
        import { defineWriter } from "@dativo/sdk";
        export default defineWriter({
          name: "lines",
          config: {},
          idempotentCommit: true,
          open: ({ outputBase }) => {
            mkdirSync(outputBase, { recursive: true });
            return outputBase;
          },
          write: async ({ client, batch, token }) => {
            const path = join(client, "people-" + token.replaceAll("/", "-") + ".jsonl");
            writeFileSync(path, batch.rows().map((row) => JSON.stringify(row)).join("\\n"));
            return { files: [{ path, recordCount: batch.rows().length }] };
          },
          commit: async ({ files }) => ({ status: "success", filesAdded: files.length }),
          abort: async () => {},
        });`,
    });
    const cwd = folder.path;
    for (const name of ["arrow.yaml", "duckdb.yaml", "custom.yaml"]) {
      const ran = await dativo(["run", name], { cwd });
      expect({ name, ...ran }).toMatchObject({ name, code: 0, stderr: expect.not.stringMatching(/warn|✖/) });
      const { stdout } = await dativo(
        ["query", "select max(id) as top, count(*) as n from people", name, "--json"],
        { cwd },
      );
      expect({ name, rows: JSON.parse(stdout).rows }).toEqual({ name, rows: [{ top: 3, n: 3 }] });
    }
  });
});

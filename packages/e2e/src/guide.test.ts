import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project } from "./dativo.js";

const GUIDE = fileURLToPath(new URL("../../../docs/examples/guide/", import.meta.url));
const { startApi, OBJECTS } = (await import(join(GUIDE, "api.mjs"))) as {
  startApi(options: { key: string }): Promise<{ url: string; close(): Promise<void> }>;
  OBJECTS: Record<"users" | "orders", Record<string, unknown>[]>;
};

const KEY = "guide-key-that-nobody-may-see";

/** Secrets and addresses of the guide's job file. */
let env: Record<string, string>;
let api: Awaited<ReturnType<typeof startApi>>;

beforeAll(async () => {
  api = await startApi({ key: KEY });
  env = { API_KEY: KEY, API_URL: api.url };
});
afterAll(() => api.close());

/** The guide's job file as it is written there, with the plugins' ending and the address changed, and more keys below. */
const job = (more = "", source = "") => `source:
  custom_reader: "plugins/my_reader.ts:MyCustomReader"
  connection:
    base_url: "\${API_URL}"
  credentials:
    api_key: "\${API_KEY}"
  objects: ["users", "orders"]
${source}
target:
  custom_writer: "plugins/my_writer.ts:MyCustomWriter"
  engine:
    options:
      format: "jsonl"
${more}`;

function guideProject(files: Record<string, string>): Project {
  const plugins = readdirSync(join(GUIDE, "plugins")).map((name) => [
    `plugins/${name}`,
    readFileSync(join(GUIDE, "plugins", name), "utf8"),
  ]);
  return new Project({ ...Object.fromEntries(plugins), ...files });
}

/** Every record of the files that the guide's writer wrote, as text, sorted. */
function written(folder: string): string[] {
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    name.endsWith(".json"),
  );
  return files.flatMap((name) => readFileSync(join(folder, name), "utf8").trimEnd().split("\n")).sort();
}

const everything = Object.values(OBJECTS)
  .flat()
  .map((record) => JSON.stringify(record))
  .sort();

/** Columns of both objects, flat as in ODCS. */
const COLUMNS = `
  - { name: Species, type: string }
  - { name: Island, type: string }
  - { name: Beak Length (mm), type: double }
  - { name: Beak Depth (mm), type: double }
  - { name: Flipper Length (mm), type: integer }
  - { name: Body Mass (g), type: integer }
  - { name: Sex, type: string }
`;
const FLAT = `apiVersion: v3.0.2
kind: DataContract
name: penguins
version: "1.0"
source_type: custom
object: users
team: { owner: data@example.com }
schema:${COLUMNS}`;
const NESTED = `asset:\n  name: penguins\n  version: "1.0"\n  source_type: custom\n  object: users\n  governance: { owner: data@example.com }\n  schema:${COLUMNS.replaceAll("\n", "\n  ")}`;

describe("the plugin development guide", () => {
  test("its job runs as written, with and without a sandbox", async () => {
    const project = guideProject({
      "job.yaml": job(),
      "sandbox.yaml": job('  connection: { path: "./sandboxed" }\nplugins: { sandbox: { enabled: true } }\n'),
    });
    for (const [file, folder] of [
      ["job.yaml", "data"],
      ["sandbox.yaml", "sandboxed"],
    ] as const) {
      const ended = await project.dativo(["run", file, "--json"], { env });
      expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
      expect(JSON.parse(ended.stdout).objects).toMatchObject([
        { object: "users", read: 344, written: 344 },
        { object: "orders", read: 120, written: 120 },
      ]);
      expect(written(project.path(folder))).toEqual(everything);
      expect(ended.stdout + ended.stderr).not.toContain(KEY);
    }
    project.remove();
  });

  test("check and discover ask the guide's plugins", async () => {
    const project = guideProject({ "job.yaml": job() });
    const check = await project.dativo(["check", "job.yaml"], { env });
    expect(check).toMatchObject({ code: 0, stderr: "" });
    expect(check.stdout).toContain("Connection successful");
    expect(check.stdout).toContain("Target accessible");
    const wrong = await project.dativo(["check", "job.yaml"], { env: { ...env, API_KEY: "another" } });
    expect(wrong.code).toBe(2);
    expect(wrong.stdout).toContain("Connection failed");
    const discovered = await project.dativo(["discover", "job.yaml", "--json"], { env });
    expect(JSON.parse(discovered.stdout).objects).toMatchObject([
      { name: "users", type: "table" },
      { name: "orders" },
    ]);
    project.remove();
  });

  test.each([
    ["flat ODCS", FLAT],
    ["nested under asset:", NESTED],
  ])("an asset definition is read: %s", async (_form, asset) => {
    const project = guideProject({
      "assets/penguins.yaml": asset,
      "job.yaml": job("asset: penguins\nschema_validation_mode: warn\n").replace(
        '["users", "orders"]',
        '["users"]',
      ),
    });
    const ended = await project.dativo(["run", "job.yaml", "--json"], { env });
    expect(ended.code, `${ended.stderr}${ended.stdout}`).toBeLessThan(2);
    const [users] = JSON.parse(ended.stdout).objects;
    expect(users).toMatchObject({ object: "users", read: 344 });
    expect(users.schema.map(({ name }: { name: string }) => name)).toEqual(
      COLUMNS.match(/(?<=name: )[^,]+/g),
    );
    expect(users.written + users.rejected).toBe(344);
    expect(users.written).toBe(written(project.path("data")).length);
    project.remove();
  });
});

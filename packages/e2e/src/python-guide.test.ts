import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Project } from "./dativo.js";
import { bestPracticeReader, GUIDE_PLUGINS, PYTHON_BLOCKS } from "./python/guide-blocks.js";
import { noPython } from "./python/python-here.js";

const GUIDE = fileURLToPath(new URL("../../../docs/examples/guide/", import.meta.url));
const { startApi, OBJECTS } = (await import(join(GUIDE, "api.mjs"))) as {
  startApi(options: { key: string }): Promise<{ url: string; close(): Promise<void> }>;
  OBJECTS: Record<"users" | "orders", Record<string, unknown>[]>;
};

const KEY = "guide-key-that-nobody-may-see";
let env: Record<string, string>;
let api: Awaited<ReturnType<typeof startApi>>;

beforeAll(async () => {
  api = await startApi({ key: KEY });
  env = { API_KEY: KEY, API_URL: api.url };
});
afterAll(() => api.close());

/** The guide's job file as it is written there, with the address changed, and more keys below. */
const job = (more = "", format = "jsonl") => `source:
  custom_reader: "plugins/my_reader.py:MyCustomReader"
  connection:
    base_url: "\${API_URL}"
  credentials:
    api_key: "\${API_KEY}"
  objects: ["users", "orders"]

target:
  custom_writer: "plugins/my_writer.py:MyCustomWriter"
  engine:
    options:
      format: "${format}"
${more}`;

/** Every record that the guide's writer wrote, sorted as text. */
function written(folder: string): unknown[] {
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    name.endsWith(".json"),
  );
  return files
    .flatMap((name) => {
      const text = readFileSync(join(folder, name), "utf8");
      return text.startsWith("[")
        ? JSON.parse(text)
        : text
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));
    })
    .map((record) => JSON.stringify(record))
    .sort();
}

const everything = Object.values(OBJECTS)
  .flat()
  .map((record) => JSON.stringify(record))
  .sort();

describe.skipIf(noPython !== undefined)(`the guide's own Python code (${noPython ?? "unmodified"})`, () => {
  test("runs from its job file, with and without a sandbox, in both formats", async () => {
    const project = new Project({
      ...GUIDE_PLUGINS,
      "job.yaml": job(),
      "sandbox.yaml": job(
        '  connection: { path: "./sandboxed" }\nplugins: { sandbox: { enabled: true, memory_limit: 512m } }\n',
        "json",
      ),
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

  test("is checked and discovered", async () => {
    const project = new Project({ ...GUIDE_PLUGINS, "job.yaml": job() });
    const check = await project.dativo(["check", "job.yaml"], { env });
    expect(check).toMatchObject({ code: 0, stderr: "" });
    expect(check.stdout).toContain("Connection successful");
    expect(check.stdout).toContain("Target accessible");
    const wrong = await project.dativo(["check", "job.yaml"], { env: { ...env, API_KEY: "another" } });
    expect(wrong.code).toBe(2);
    expect(wrong.stdout).toContain("Connection failed: HTTP Error 401");
    const discovered = await project.dativo(["discover", "job.yaml", "--json"], { env });
    expect(JSON.parse(discovered.stdout).objects).toMatchObject([
      { name: "users", type: "table" },
      { name: "orders" },
    ]);
    project.remove();
  });

  test("fails a run whose objects could not be listed", async () => {
    const project = new Project({ ...GUIDE_PLUGINS, "job.yaml": job() });
    const ended = await project.dativo(["run", "job.yaml"], { env: { ...env, API_KEY: "another" } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain("could not list the objects: HTTP Error 401");
    project.remove();
  });

  const INIT = `def __init__(self, source_config):
    super().__init__(source_config)
    self.client = MyAPIClient(source_config.connection["base_url"], source_config.credentials["api_key"])
`;
  const ROWS = "def extract(self, state_manager=None):\n    yield records\n";

  test.each([
    ["Extract with proper error handling", ""],
    ["Extract with logging", "def _extract_pages(self):\n    yield records\n"],
    ["Initialize with validation", ROWS],
    ["Extract with optimal batch size", "def _fetch_records(self):\n    return records\n"],
    [
      "Extract with memory management",
      "def _fetch_chunks(self):\n    return records\ndef _process_chunk(self, chunk):\n    return [chunk]\n",
    ],
    ["Comprehensive connection test", `${INIT}${ROWS}`],
  ])("best practice: %s", async (part, around) => {
    const project = new Project({
      ...GUIDE_PLUGINS,
      "practice.py": bestPracticeReader(part, around),
      "job.yaml": `source:
  custom_reader: "practice.py:Reader"
  connection: { base_url: "\${API_URL}" }
  credentials: { api_key: "\${API_KEY}" }
  objects: [things]
target: { type: jsonl, connection: { path: out } }
`,
    });
    const ended = await project.dativo(["run", "job.yaml", "--json"], { env });
    expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
    expect(JSON.parse(ended.stdout).objects).toMatchObject([{ object: "things", read: 3, written: 3 }]);
    const checked = await project.dativo(["check", "job.yaml", "--json"], { env });
    if (part === "Comprehensive connection test") expect(checked.stdout).toContain('"server_version"');
    project.remove();
  });

  test("is tested here block by block: nothing was added to the guide", () => {
    // The reader, the writer, the test script, the pytest file (both in the package's own tests) and six practices.
    expect(PYTHON_BLOCKS).toHaveLength(10);
  });
});

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Project } from "./dativo.js";
import { noPython } from "./python/python-here.js";

const HEAD = "import os, signal, sys, time\nfrom dativo_ingest import *\n";

const reader = (extract: string, more = "") =>
  `${HEAD}\nclass Things(BaseReader):\n    def extract(self, state_manager=None):\n${extract.replace(/^(?=.)/gm, "        ")}\n${more.replace(/^(?=.)/gm, "    ")}\n`;

const job = (rest = "", target = "  type: jsonl\n  connection: { path: ./out }") => `name: things
source:
  custom_reader: "things.py:Things"
  objects: [things]
target:
${target}
retry_config: { max_retries: 0 }
${rest}`;

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || readFileSync(stat, "utf8").split(") ").at(-1)?.[0] !== "Z";
}

async function until(condition: () => boolean, seconds = 30): Promise<boolean> {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(20))
    if (condition()) return true;
  return condition();
}

const SANDBOX = "plugins: { sandbox: { enabled: true, memory_limit: 128m, timeout: 20 } }";
const FAILURES: readonly (readonly [
  name: string,
  plugin: string,
  code: string,
  says: string,
  rest?: string,
])[] = [
  ["that is not importable", "import nowhere_at_all", "PLUGIN_LOAD_FAILED", "pip install nowhere_at_all"],
  ["with a syntax error", "def broken(:", "PLUGIN_LOAD_FAILED", "things.py:1"],
  ["without the class", "class Other: pass", "PLUGIN_EXPORT_NOT_FOUND", 'no class "Things"'],
  [
    "that raises in __init__",
    reader("yield []", 'def __init__(self, source_config):\n    raise ValueError("base_url is required")'),
    "PLUGIN_ERROR",
    "failed in __init__: ValueError: base_url is required",
  ],
  [
    "that raises while it reads",
    reader("yield [{'n': 1}]\nraise KeyError('id')"),
    "PLUGIN_ERROR",
    "things.py:7",
  ],
  ["that calls sys.exit", reader("yield [{'n': 1}]\nsys.exit(3)"), "PLUGIN_ERROR", "it called sys.exit(3)"],
  ["that dies", reader("os.kill(os.getpid(), signal.SIGABRT)\nyield []"), "PLUGIN_CRASHED", "SIGABRT"],
  ["that yields no list", reader("yield {'id': 1}"), "PLUGIN_WRONG_SHAPE", "Yield a list: yield [record]."],
  [
    "that fills its memory",
    reader("kept = []\nwhile True: kept.append(bytearray(1 << 20))\nyield kept"),
    "PLUGIN_CRASHED",
    "Raise plugins.sandbox.memory_limit (now 128 MB)",
    SANDBOX,
  ],
  [
    "that never comes back, whatever it is sent",
    reader(
      "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n    try: time.sleep(60)\n    except BaseException: pass\nyield []",
    ),
    "PLUGIN_TIMEOUT",
    "made no progress for 3 s",
    "plugins: { sandbox: { enabled: true, timeout: 3 } }",
  ],
];

describe.skipIf(noPython !== undefined)(`a Python plugin (${noPython ?? "in a job"})`, () => {
  test.each(FAILURES.map(([name, ...failure]) => [name, failure] as const))(
    "%s: a clear error",
    async (_, failure) => {
      const [plugin, code, says, rest] = failure;
      const files = { "things.py": plugin, "job.yaml": job(rest) };
      const [project, other] = [new Project(files), new Project(files)];
      const [people, machines] = await Promise.all([
        project.dativo(["run", "job.yaml"]),
        other.dativo(["run", "job.yaml", "--json"]),
      ]);
      expect(people.code, people.stderr + people.stdout).toBe(2);
      expect(people.stderr).toContain(`✖ ${code}`);
      expect(people.stderr.replaceAll(/\s+/g, " ")).toContain(says);
      expect(people.stderr).not.toContain("Traceback");
      expect(people.stderr).not.toContain("dativo_ingest/");
      expect(machines.code).toBe(2);
      expect(JSON.parse(machines.stdout).error).toMatchObject({ error_code: code });
      expect(machines.stdout).not.toContain("Traceback");
      project.remove();
      other.remove();
    },
  );

  test("shows its traceback with --debug", async () => {
    const project = new Project({
      "things.py": reader("yield [{'n': 1}]\ndeep()", "").replace(
        "class Things",
        "def deep():\n    raise KeyError('id')\n\nclass Things",
      ),
      "job.yaml": job(),
    });
    const ended = await project.dativo(["run", "job.yaml", "--debug"]);
    expect(ended.stderr).toContain("Traceback (most recent call last):");
    expect(ended.stderr).toContain("in deep");
    expect(ended.stderr).toContain("KeyError: 'id'");
    project.remove();
  });

  test("leaves no process behind, however the run ends", async () => {
    const plugin = reader(
      `import subprocess
child = subprocess.Popen(["sleep", "600"])
with open("pids.part", "w") as file: file.write(f"{os.getpid()} {child.pid}")
os.rename("pids.part", "pids")
for n in range(10_000):
    yield Page([{"n": n}], position=n)
    time.sleep(0.05)`,
    ).replace("def extract", "incremental = True\n    def extract");
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGKILL", null],
    ] as const) {
      const project = new Project({ "things.py": plugin, "job.yaml": job() });
      const ended = project.dativo(["run", "job.yaml"], {
        onStart: (child) => {
          void until(() => existsSync(project.path("pids"))).then(() => child.kill(signal));
        },
      });
      expect((await ended).code).toBe(code);
      const pids = readFileSync(project.path("pids"), "utf8").split(" ").map(Number);
      expect(pids).toHaveLength(2);
      expect(await until(() => !pids.some(alive)), `${signal}: ${pids.filter(alive)}`).toBe(true);
      project.remove();
    }
  });

  const ASSET = `name: things
version: "1.0"
source_type: custom
object: things
team: { owner: data@example.com }
schema:
  - { name: id, type: integer, required: true }
  - { name: at, type: timestamp_tz }
`;

  test("has records that do not fit set aside, with what they held", async () => {
    const project = new Project({
      "things.py": reader(`from datetime import datetime, timezone
at = datetime(2024, 1, 1, tzinfo=timezone.utc)
yield [{"id": 1, "at": at}, {"id": "two", "at": at}, {"at": at}, {"id": 4, "at": {1, 2}}, 7, {"id": 6, "at": None}]`),
      "assets/things.yaml": ASSET,
      "job.yaml": job("asset: things\nschema_validation_mode: warn\n"),
    });
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr + ended.stdout).toBe(1);
    const report = JSON.parse(ended.stdout);
    expect(report.objects).toMatchObject([{ read: 6, written: 2, rejected: 4 }]);
    const letters = readFileSync(
      project.path(".dativo", "runs", report.run_id, "dead-letters.jsonl"),
      "utf8",
    );
    for (const part of ['"two"', "a set", "7"]) expect(letters).toContain(part);
    project.remove();
  });

  test("may itself reject records while it writes", async () => {
    const project = new Project({
      "things.py": reader("yield [{'id': n} for n in range(10)]"),
      "writer.py": `${HEAD}
class Writer(BaseWriter):
    def write_batch(self, records, file_counter):
        for index, record in enumerate(records):
            if record["id"] % 4 == 3:
                self.reject(index, "unlucky", path="id", expected="a lucky number", got=str(record["id"]))
        return [{"path": "nowhere"}]
`,
      "job.yaml": job("schema_validation_mode: warn\n", '  custom_writer: "writer.py:Writer"'),
    });
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr + ended.stdout).toBe(1);
    expect(JSON.parse(ended.stdout).objects).toMatchObject([
      { read: 10, written: 8, rejected: 2, rejected_samples: [{ reason: "unlucky", path: "id" }, {}] },
    ]);
    project.remove();
  });

  test("tells no secret, whatever it does with it", async () => {
    const secret = "canary-of-the-python-plugin-7f3";
    const project = new Project({
      "things.py": reader(
        `import base64, logging, warnings
key = self.source_config.credentials["api_key"]
print(key)
os.write(2, key.encode() + b"\\n")
logging.getLogger("things").warning("key %s", key, extra={"key": key})
warnings.warn(key)
yield Page([{"n": 1}], position={"n": 1})
raise ValueError("refused " + base64.b64encode(key.encode()).decode() + " and " + key)`,
      ).replace("def extract", "incremental = True\n    def extract"),
      "job.yaml": job().replace("  objects", '  credentials: { api_key: "${KEY}" }\n  objects'),
    });
    for (const flags of [[], ["--json"], ["--debug"], ["--json", "--debug"]]) {
      const ended = await project.dativo(["run", "job.yaml", ...flags], { env: { KEY: secret } });
      expect(ended.code).toBe(2);
      expect(ended.stdout + ended.stderr).toContain("[redacted]");
      for (const form of [secret, Buffer.from(secret).toString("base64")])
        expect(ended.stdout + ended.stderr).not.toContain(form);
    }
    for (const path of readdirSync(project.path(".dativo"), { recursive: true }) as string[])
      if (statSync(project.path(".dativo", path)).isFile())
        expect(readFileSync(project.path(".dativo", path), "utf8"), path).not.toContain(secret);
    project.remove();
  });

  test("without a check is unknown, and never said to be fine", async () => {
    const project = new Project({ "things.py": reader("yield []"), "job.yaml": job() });
    const people = await project.dativo(["check", "job.yaml"]);
    expect(people.stdout).toContain("does not implement a connection check");
    expect(people.stdout).not.toMatch(/✔ source/);
    project.remove();
  });

  test("is heard while it prints megabytes, and its printing is no output of the command", async () => {
    const project = new Project({
      "things.py": reader("for n in range(50_000): print('{' * 100)\nyield [{'n': 1}]"),
      "job.yaml": job(),
    });
    const ended = await project.dativo(["run", "job.yaml", "--json"]);
    expect(ended.code, ended.stderr).toBe(0);
    expect(JSON.parse(ended.stdout).objects).toMatchObject([{ read: 1, written: 1 }]);
    project.remove();
  });
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { Project } from "../dativo.js";
import { type BadInput, job, reader } from "./bad-input.js";

/** Records by a cursor, so that there is a state to damage. */
const INCREMENTAL = reader('for (let id = since ?? 1; id <= 3; id += 1) yield [{ id, name: "a" }];', {
  object: 'cursor: "id", order: "ascending",',
});
const files = { "job.yaml": job(), "reader.ts": INCREMENTAL };

const stateFile = (project: Project) => {
  const name = readdirSync(project.path(".dativo/state")).find((file) => file.endsWith(".json"));
  return `.dativo/state/${name}`;
};
const ran = async (project: Project) => {
  const { code, stderr, stdout } = await project.dativo(["run", "job.yaml"]);
  if (code !== 0) throw new Error(`the run before ended with ${code}: ${stderr}${stdout}`);
};
const damaged = (
  name: string,
  damage: (text: string) => string,
  expected: Pick<BadInput, "code" | "says">,
): BadInput => ({
  name,
  files,
  prepare: async (project) => {
    await ran(project);
    const file = stateFile(project);
    project.write(file, damage(readFileSync(project.path(file), "utf8")));
  },
  ...expected,
});

/** Damage to what earlier runs left, and runs that stand in each other's way. */
export const LEFTOVER_CASES: readonly BadInput[] = [
  damaged("a state file that is cut off", (text) => text.slice(0, text.length / 2), {
    code: "STATE_CORRUPT",
    says: [/\.dativo\/state\/things-\w+\.json/, "dativo state reset"],
  }),
  damaged("a state file that is empty", () => "", {
    code: "STATE_CORRUPT",
    says: [/\.dativo\/state\/things-\w+\.json/, "dativo state reset"],
  }),
  damaged(
    "a state file that was edited",
    (text) => text.replace(/"value": \d+|"file_counter": \d+/, (found) => `${found}9`),
    {
      code: "STATE_CORRUPT",
      says: [/\.dativo\/state\/things-\w+\.json/, "dativo state reset"],
    },
  ),
  damaged("a state file of a newer version", (text) => text.replace('"version": 1', '"version": 7'), {
    code: "STATE_VERSION_NEWER",
    says: ["7", "1", "dativo state reset"],
  }),
  {
    name: "a position that does not fit the cursor",
    files,
    prepare: async (project) =>
      void (await project.dativo(["state", "set", "job.yaml", "things", '{"unknown": true}'])),
    code: "POSITION_INVALID",
    says: ["things", "dativo state reset"],
    begins: true,
  },
  {
    name: "a journal that is damaged",
    files,
    prepare: async (project) => {
      await project.dativo(["run", "job.yaml"], { env: { DATIVO_FAULT: "commit.after:1:kill" } });
      const [run] = readdirSync(project.path(".dativo/runs"));
      const journal = project.path(".dativo/runs", run as string, "journal.jsonl");
      const lines = readFileSync(journal, "utf8").split("\n");
      project.write(
        `.dativo/runs/${run}/journal.jsonl`,
        [lines[0]?.slice(0, 9), ...lines.slice(1)].join("\n"),
      );
    },
    code: "JOURNAL_CORRUPT",
    says: [/\.dativo\/runs\/\$RUN\/journal\.jsonl:1/],
  },
  {
    name: "a job that another process runs",
    files: {
      ...files,
      "reader.ts": reader(
        'const { writeFileSync } = await import("node:fs");\nwriteFileSync("reading", "");\nawait new Promise((done) => setTimeout(done, 60_000));\nyield [];',
      ),
    },
    prepare: async (project) => {
      const other = project.start(["run", "job.yaml"]);
      while (!existsSync(project.path("reading"))) await new Promise((done) => setTimeout(done, 20));
      return async () => {
        other.kill("SIGKILL");
        await new Promise((done) => other.once("close", done));
      };
    },
    code: "JOB_LOCKED",
    says: ["process $PID", "kill "],
  },
];

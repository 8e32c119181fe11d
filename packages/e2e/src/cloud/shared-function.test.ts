import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../dativo.js";
import { alternating, sample, some } from "../sample.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";

const RECORDS = 20_000;

/** Yields numbered records of some 500 bytes, slowly enough to be killed on the way. */
const READER = `import { BaseReader, checkpoint } from "@dativo/sdk";
export class Numbers extends BaseReader {
  static incremental = true;
  async *extract(state) {
    for (let from = state?.get("numbers") ?? 0; from < ${RECORDS}; from += 500) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const records = [];
      for (let id = from; id < from + 500; id += 1) records.push({ id, pad: \`\${id} \`.repeat(100) });
      yield { object: "numbers", records };
      yield checkpoint("numbers", from + 500);
    }
  }
}
`;

/** Stages files, which a commit moves into place. */
const WRITER = `import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { randomUUID } from "node:crypto";
import { BaseWriter } from "@dativo/sdk";
export class Lines extends BaseWriter {
  static idempotentCommit = true;
  writeBatch(records) {
    mkdirSync(join(this.outputBase, "staged"), { recursive: true });
    const path = join(this.outputBase, "staged", randomUUID() + ".jsonl");
    writeFileSync(path, records.map((record) => JSON.stringify(record) + "\\n").join(""));
    return [{ path, recordCount: records.length }];
  }
  commitFiles(files) {
    mkdirSync(join(this.outputBase, "committed"), { recursive: true });
    for (const { path } of files)
      if (existsSync(path)) renameSync(path, join(this.outputBase, "committed", basename(path)));
    return { status: "success", filesAdded: files.length };
  }
}
`;

const job = (folder: string, engine = "", writerEngine = engine) => `source:
  custom_reader: numbers.ts:Numbers
  objects: [numbers]
${engine}target:
  custom_writer: lines.ts:Lines
  connection: { path: "./${folder}" }
${writerEngine}checkpoint: { max_records: 2000 }
`;

/** Say what they were given, and write its digests. */
const SECRETIVE = `import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BaseReader, BaseWriter } from "@dativo/sdk";
const digest = (secret) => createHash("sha256").update(secret).digest("hex");
export class Reader extends BaseReader {
  async *extract() {
    const { api_key } = this.sourceConfig.credentials;
    console.log("The reader has " + api_key);
    yield [{ id: 1, digest: digest(api_key) }];
  }
}
export class Writer extends BaseWriter {
  writeBatch(records) {
    const { password } = this.targetConfig.credentials;
    console.log("The writer has " + password);
    const path = join(this.outputBase, "digests.json");
    mkdirSync(this.outputBase, { recursive: true });
    writeFileSync(path, JSON.stringify([records[0].digest, digest(password)]));
    return [{ path, recordCount: records.length }];
  }
}
`;

const secretJob = (engine: string) => `source:
  custom_reader: digests.ts:Reader
  credentials: { api_key: "\${API_KEY}" }
  objects: [digests]
${engine}target:
  custom_writer: digests.ts:Writer
  connection: { path: "./out" }
  credentials: { password: "\${PASSWORD}" }
${engine}`;

/** What a run took of the cloud, and how often it tried again. */
interface Report {
  readonly objects: readonly { readonly read: number; readonly written: number }[];
  readonly retries: readonly unknown[];
  readonly cloud: readonly { readonly function: string; readonly response_bytes: number }[];
}

describe.each([
  ["aws", aws, "nodejs24.x", 0],
  ["gcp", gcp, "nodejs24", 1],
] as const)("a reader and a writer in one function of %s", (_name, start, runtime, turn) => {
  let provider: EmulatedProvider;
  let project: Project;
  beforeAll(async () => {
    provider = await start();
  });
  beforeEach(() => {
    project = new Project({ "numbers.ts": READER, "lines.ts": WRITER, "here.yaml": job("here") });
  });
  afterEach(() => project.remove());
  afterAll(() => provider.emulator.dispose());

  const command = async (...words: string[]) => {
    const ended = await project.dativo([...words, "--json"], { env: provider.emulator.env });
    expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
    return JSON.parse(ended.stdout);
  };

  const committed = (folder: string): string[] => {
    const place = project.path(folder, "committed");
    return (existsSync(place) ? readdirSync(place) : [])
      .flatMap((name) => readFileSync(`${place}/${name}`, "utf8").trimEnd().split("\n"))
      .sort();
  };

  alternating(test, turn)(
    "write what they write here, and records do not pass through the coordinator",
    async () => {
      const execution = `  engine:\n${provider.cloudExecution(runtime)}`;
      project.write("there.yaml", job("there", execution));
      project.write("large.yaml", job("large", execution, execution.replace("512", "1024")));
      project.write("apart.yaml", job("apart", execution, execution.replace('"INFO"', '"DEBUG"')));
      expect((await command("run", "there.yaml", "--explain")).transfer).toEqual({
        in_function: true,
        reason: "reader and writer share a function",
      });
      expect((await command("run", "apart.yaml", "--explain")).transfer).toEqual({
        in_function: false,
        reason: "cloud_execution of source and target differ in environment_variables",
      });
      expect((await command("run", "there.yaml", "--dry-run", "--explain")).transfer).toEqual({
        in_function: false,
        reason: "a dry run writes nothing",
      });
      expect(await command("run", "large.yaml", "--explain")).toMatchObject({
        reader: { runs: { memory_mb: 1024 } },
        writer: { runs: { memory_mb: 1024 } },
        transfer: { in_function: true },
      });
      expect((await command("cloud", "plan", "large.yaml")).functions.length).toBe(1);
      expect((await command("cloud", "plan", "there.yaml")).functions.length).toBe(1);
      expect((await command("cloud", "plan", "apart.yaml")).functions.length).toBe(2);

      await command("run", "here.yaml");
      const { cloud, objects }: Report = await command("run", "there.yaml");
      expect(objects).toMatchObject([{ read: RECORDS, written: RECORDS }]);
      const there = committed("there");
      expect(there.length).toBe(RECORDS);
      expect(there).toEqual(committed("here"));
      expect(cloud.length).toBe(1);
      const bytes = there.reduce((sum, line) => sum + line.length, 0);
      expect(bytes).toBeGreaterThan(10_000_000);
      expect(cloud[0]?.response_bytes).toBeLessThan(bytes / 200);
    },
  );

  alternating(test, turn + 1)(
    "get the credentials of each from the secret store, and nothing else shows them",
    async () => {
      const { emulator } = provider;
      const secrets = { API_KEY: randomBytes(24).toString("hex"), PASSWORD: randomBytes(24).toString("hex") };
      project.write("digests.ts", SECRETIVE);
      const execution = `  engine:\n${provider.cloudExecution(runtime)}`;
      project.write("job.yaml", secretJob(execution));
      const { env } = emulator;
      const ended = await project.dativo(["run", "job.yaml", "--json"], { env: { ...env, ...secrets } });
      expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
      const { cloud }: Report = JSON.parse(ended.stdout);
      expect(cloud.length).toBe(1);

      const digests = Object.values(secrets).map((secret) =>
        createHash("sha256").update(secret).digest("hex"),
      );
      expect(JSON.parse(readFileSync(project.path("out", "digests.json"), "utf8"))).toEqual(digests);
      const kept = readdirSync(project.path(".dativo"), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => readFileSync(`${parentPath}/${name}`, "latin1"));
      const told = cloud.map((used) => emulator.logs(used.function));
      const asked = emulator.calls.filter(({ operation }) => !/secret/i.test(operation));
      const all = [ended.stdout, ended.stderr, ...kept, ...told, JSON.stringify(asked)].join("\n");
      expect(all).toContain("The reader has");
      expect(all).toContain("The writer has");
      for (const secret of Object.values(secrets)) expect(all).not.toContain(secret);
    },
  );

  test.each(sample(["kill", "truncate"] as const, some(1, 2, turn)))(
    "lose and double nothing at a %s in mid-stream",
    async (kind) => {
      project.write("there.yaml", job("there", `  engine:\n${provider.cloudExecution(runtime)}`));
      // Two invocations load, one discovers, and the next one reads and writes: within the first commits that it tells.
      provider.emulator.faults.add({ kind, afterBytes: 3000, skip: 3, times: 1 });
      const { objects, retries }: Report = await command("run", "there.yaml");
      expect(retries.length).toBe(1);
      expect(objects).toMatchObject([{ read: RECORDS, written: RECORDS }]);
      const there = committed("there").map((line) => JSON.parse(line).id as number);
      expect(there.sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, id) => id));
    },
  );
});

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Project } from "../dativo.js";
import { alternating } from "../sample.js";
import { aws, type EmulatedProvider, gcp } from "./providers.js";

const RECORDS = 10_000;

/** Yields numbered records, slowly enough that a function that is left behind goes on beside the next one. */
const READER = `import { BaseReader, checkpoint } from "@dativo/sdk";
export class Numbers extends BaseReader {
  static incremental = true;
  async *extract(state) {
    for (let from = state?.get("numbers") ?? 0; from < ${RECORDS}; from += 500) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      yield { object: "numbers", records: Array.from({ length: 500 }, (_, at) => ({ id: from + at })) };
      yield checkpoint("numbers", from + 500);
    }
  }
}
`;

/** Goes by tokens alone: commits all that lies below a token, whoever put it there. */
const WRITER = `import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { defineWriter } from "@dativo/sdk";
export default defineWriter({
  name: "tokens",
  idempotentCommit: true,
  open: ({ outputBase, object }) => ({
    staged: (token) => join(outputBase, "staged", ...token.split("/")),
    committed: join(outputBase, "committed"),
    object,
  }),
  write: ({ client, batch, token }) => {
    mkdirSync(client.staged(token), { recursive: true });
    const lines = batch.rows().map((record) => JSON.stringify(record) + "\\n");
    writeFileSync(join(client.staged(token), randomUUID() + ".jsonl"), lines.join(""));
    return { files: [{ path: token }] };
  },
  commit: ({ client, token }) => {
    const folder = client.staged(token);
    mkdirSync(client.committed, { recursive: true });
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) renameSync(join(folder, name), join(client.committed, name));
    rmSync(folder, { recursive: true });
  },
  abort: ({ client, scope, token, runId }) => {
    const folder = client.staged(scope === "run" ? runId + "/" + client.object : token);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },
});
`;

const job = (engine: string) => `source:
  custom_reader: numbers.ts:Numbers
  objects: [numbers]
${engine}target:
  custom_writer: tokens.ts:default
  connection: { path: "./out" }
${engine}checkpoint: { max_records: 1000 }
retry_config: { initial_delay_seconds: 0.1 }
`;

describe.each([
  ["aws", aws, "nodejs24.x", 0],
  ["gcp", gcp, "nodejs24", 1],
] as const)(
  "a function of %s that reads and stages on when nobody hears it",
  (_name, start, runtime, turn) => {
    let provider: EmulatedProvider;
    let project: Project;
    beforeAll(async () => {
      provider = await start();
    });
    beforeEach(() => {
      project = new Project({
        "numbers.ts": READER,
        "tokens.ts": WRITER,
        "job.yaml": job(`  engine:\n${provider.cloudExecution(runtime)}`),
      });
    });
    afterEach(() => project.remove());
    afterAll(() => provider.emulator.dispose());

    const run = async () => {
      const ended = await project.dativo(["run", "job.yaml", "--json"], { env: provider.emulator.env });
      expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
      return JSON.parse(ended.stdout);
    };

    const files = (folder: string): readonly string[] => {
      const place = project.path("out", folder);
      if (!existsSync(place)) return [];
      return readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => `${parentPath}/${name}`);
    };

    const expectWhole = () => {
      const ids = files("committed")
        .flatMap((file) => readFileSync(file, "utf8").trimEnd().split("\n"))
        .map((line) => JSON.parse(line).id as number);
      expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, id) => id));
      expect(files("staged")).toEqual([]);
    };

    alternating(test, turn)("adds and takes nothing when its answer was cut", async () => {
      // Two invocations load, one discovers, and the next one reads and writes: within the first commits that it tells.
      provider.emulator.faults.add({ kind: "truncate", afterBytes: 2000, skip: 3, times: 1 });
      const { objects, retries } = await run();
      expect(retries.length).toBe(1);
      expect(objects).toMatchObject([{ read: RECORDS, written: RECORDS }]);
      expectWhole();
    });

    alternating(test, turn + 1)("adds and takes nothing when its coordinator was killed", async () => {
      const child = project.start(["run", "job.yaml"], { env: provider.emulator.env });
      const ended = new Promise((resolve) => child.on("close", resolve));
      while (child.exitCode === null && files("committed").length < 4) await wait(5);
      expect(child.exitCode).toBeNull();
      child.kill("SIGKILL");
      await ended;
      expect(files("committed").length).toBeLessThan(RECORDS / 500);
      const { objects, resumed_from } = await run();
      expect(resumed_from.records).toBeGreaterThanOrEqual(1000);
      expect(objects).toMatchObject([{ read: RECORDS, written: RECORDS }]);
      expectWhole();
    });
  },
);

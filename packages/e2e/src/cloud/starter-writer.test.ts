import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Project } from "../dativo.js";
import { aws, type EmulatedProvider } from "./providers.js";

const STARTER = fileURLToPath(new URL("../../../../templates/ts-writer/", import.meta.url));
const { startApi } = (await import(join(STARTER, "mock", "api.mjs"))) as {
  startApi(): Promise<{ url: string; records(object: string): { id: string }[]; close(): Promise<void> }>;
};

const RECORDS = 30_000;
const PAGE = RECORDS / 3;

/** Three pages that are a batch each, and no position before the end: so they are of one commit. */
const READER = `import { BaseReader } from "@dativo/sdk";
export class Users extends BaseReader {
  async *extract() {
    for (let from = 0; from < ${RECORDS}; from += ${PAGE})
      yield { object: "users", records: Array.from({ length: ${PAGE} }, (_, at) => ({ id: String(from + at) })) };
  }
}
`;

let provider: EmulatedProvider;
beforeAll(async () => {
  provider = await aws();
});
afterAll(() => provider.emulator.dispose());

test("the starter of a writer stores each batch of a commit in a function, where each meets an instance of its own", async () => {
  const api = await startApi();
  const sources = readdirSync(join(STARTER, "src")).map((name) => [
    `src/${name}`,
    readFileSync(join(STARTER, "src", name), "utf8"),
  ]);
  const project = new Project({
    ...Object.fromEntries(sources),
    "users.ts": READER,
    "job.yaml": `source: { custom_reader: "users.ts:Users", objects: [users] }
target:
  custom_writer: src/index.ts:default
  connection: { base_url: "${api.url}" }
  credentials: { token: any }
  engine:
${provider.cloudExecution(provider.runtimes.node)}`,
  });
  const ended = await project.dativo(["run", "job.yaml", "--json"], { env: provider.emulator.env });
  expect(ended.code, `${ended.stderr}${ended.stdout}`).toBe(0);
  expect(JSON.parse(ended.stdout).objects).toMatchObject([
    { read: RECORDS, written: RECORDS, files: 3, commits: 1 },
  ]);
  const ids = api.records("users").map(({ id }) => Number(id));
  expect(ids.sort((a, b) => a - b)).toEqual(Array.from({ length: RECORDS }, (_, id) => id));
  project.remove();
  await api.close();
});

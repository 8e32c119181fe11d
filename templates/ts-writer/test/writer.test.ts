import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { startApi } from "../mock/api.mjs";

/** Records of each object in mock/fixtures. */
const RECORDS = {
  //= {{#each objects}}
  //= {{name}}: 25,
  //= {{/each}}
  users: 25,
  //=
};
const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const FOLDER = join(PROJECT, ".dativo", "test");
const dativo = join(dirname(createRequire(import.meta.url).resolve("dativo/package.json")), "dist", "bin.js");
let api: Awaited<ReturnType<typeof startApi>> | undefined;
afterEach(async () => {
  await api?.close();
  rmSync(FOLDER, { recursive: true, force: true });
});

/** Runs the job under another name, and returns how many records the API then has of each object. */
async function write(options: Parameters<typeof startApi>[0] = {}) {
  const running = await startApi(options);
  api = running;
  const env = {
    ...process.env,
    //= {{{envPrefix}}}_URL: running.url,
    ACME_WRITER_URL: running.url,
    //=
    //= {{#each credentials}}
    //= {{env}}: "any",
    //= {{/each}}
    ACME_WRITER_TOKEN: "any",
    //=
  };
  mkdirSync(FOLDER, { recursive: true });
  const job = join(FOLDER, "job.yaml");
  writeFileSync(job, readFileSync(join(PROJECT, "job.yaml"), "utf8").replace(/^name:.*$/m, "name: test"));
  const args = [dativo, "run", job, "--full-refresh", "--json"];
  await promisify(execFile)(process.execPath, args, { env, cwd: PROJECT });
  return Object.fromEntries(Object.keys(RECORDS).map((object) => [object, running.records(object).length]));
}

test("every record of every object arrives", async () => {
  expect(await write()).toEqual(RECORDS);
});

test("a rate limit costs time, not records", async () => {
  expect(await write({ requestsPerSecond: 1 })).toEqual(RECORDS);
});

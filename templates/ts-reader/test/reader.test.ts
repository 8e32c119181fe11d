import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { startApi } from "../mock/api.mjs";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const dativo = join(dirname(createRequire(import.meta.url).resolve("dativo/package.json")), "dist", "bin.js");
/** Records of each object in mock/fixtures. */
const RECORDS = {
  //= {{#each objects}}
  //= {{name}}: 25,
  //= {{/each}}
  users: 25,
  //=
};
let api: Awaited<ReturnType<typeof startApi>> | undefined;
afterEach(() => api?.close());

/** Runs the job without writing anything, and returns how many records of each object were read. */
async function read(options: Parameters<typeof startApi>[0] = {}) {
  api = await startApi(options);
  const env = {
    ...process.env,
    //= {{{envPrefix}}}_URL: api.url,
    ACME_READER_URL: api.url,
    //=
    //= {{#each credentials}}
    //= {{env}}: "any",
    //= {{/each}}
    ACME_READER_TOKEN: "any",
    //=
  };
  const args = [dativo, "run", "job.yaml", "--full-refresh", "--dry-run", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, cwd: PROJECT });
  const report = JSON.parse(stdout) as { objects: { object: string; read: number }[] };
  return Object.fromEntries(report.objects.map(({ object, read }) => [object, read]));
}

test("every record of every object is read, page by page", async () => {
  expect(await read()).toEqual(RECORDS);
});

test("a rate limit costs time, not records", async () => {
  expect(await read({ requestsPerSecond: 2 })).toEqual(RECORDS);
});

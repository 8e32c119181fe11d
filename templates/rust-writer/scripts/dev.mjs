// npm run dev: starts the mock API, writes the first records of every object and prints what arrived, again after every change.
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, watch, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { startApi } from "../mock/api.mjs";

const RECORDS = 10;
const FOLDER = join(".dativo", "dev");
const dativo = join(dirname(createRequire(import.meta.url).resolve("dativo/package.json")), "dist", "bin.js");
const api = await startApi();
const env = {
  ...process.env,
  //= {{{envPrefix}}}_URL: api.url,
  ACME_RS_WRITER_URL: api.url,
  //=
  //= {{#each credentials}}
  //= {{env}}: "any",
  //= {{/each}}
  ACME_RS_WRITER_TOKEN: "any",
  //=
};

/** Compiles the library; says whether that went well. */
function build() {
  return new Promise((resolve) => {
    const child = spawn("cargo", ["build", "--release", "--quiet"], { stdio: "inherit" });
    child.on("error", (error) => console.error(`cargo: ${error.message}`));
    child.on("close", (code) => resolve(code === 0));
  });
}

/** Runs the job under another name, so that its own state stays as it is. */
async function writeOnce() {
  if (!(await build())) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const job = readFileSync("job.yaml", "utf8").replace(/^name:.*$/m, "name: dev");
  const file = join(FOLDER, "job.yaml");
  writeFileSync(file, job);
  if ((await run("run", file, "--full-refresh", "--limit", String(RECORDS))) > 1) return;
  for (const [, object = ""] of job.matchAll(/\bobject: *(\w+)/g)) {
    console.log(`\n${object}, as the API has it`);
    console.table(api.records(object).slice(-RECORDS));
  }
}

/** Runs the command and gives its exit code. */
function run(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [dativo, ...args], { env, stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 2));
  });
}

console.log(`mock API at ${api.url}`);
await writeOnce();
if (process.argv.includes("--once")) await api.close();
else {
  console.log("\nWaiting for changes in src, mock and job.yaml; Ctrl-C ends it.");
  let timer;
  let writing = Promise.resolve();
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      writing = writing.then(writeOnce);
    }, 200);
  };
  for (const path of ["src", "mock", "job.yaml"]) watch(path, { recursive: path !== "job.yaml" }, again);
}

// npm run dev: starts the mock API, reads one page of every object and prints it, again after every change.
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
  ACME_RS_READER_URL: api.url,
  //=
  //= {{#each credentials}}
  //= {{env}}: "any",
  //= {{/each}}
  ACME_RS_READER_TOKEN: "any",
  //=
  OUT: join(FOLDER, "data"),
};

/** Compiles the library; says whether that went well. */
function build() {
  return new Promise((resolve) => {
    const child = spawn("cargo", ["build", "--release", "--quiet"], { stdio: "inherit" });
    child.on("error", (error) => console.error(`cargo: ${error.message}`));
    child.on("close", (code) => resolve(code === 0));
  });
}

/** Runs the job under another name, so that its own state and data stay as they are. */
async function readOnce() {
  if (!(await build())) return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const job = readFileSync("job.yaml", "utf8").replace(/^name:.*$/m, "name: dev");
  const file = join(FOLDER, "job.yaml");
  writeFileSync(file, job);
  const objects = (/^ *objects: *\[(.*)\]/m.exec(job)?.[1] ?? "").split(",").map((name) => name.trim());
  if ((await run("run", file, "--full-refresh", "--limit", String(RECORDS))) > 1) return;
  for (const object of objects) await run("query", `from ${object} limit ${RECORDS}`, file);
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
await readOnce();
if (process.argv.includes("--once")) await api.close();
else {
  console.log("\nWaiting for changes in src, mock and job.yaml; Ctrl-C ends it.");
  let timer;
  let reading = Promise.resolve();
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      reading = reading.then(readOnce);
    }, 200);
  };
  for (const path of ["src", "mock", "job.yaml"]) watch(path, { recursive: path !== "job.yaml" }, again);
}

// npm run quickstart: installs, builds, and runs the main job twice against a local API with real data.
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { prepare, ROOT } from "./step.mjs";

prepare();

const folder = join(ROOT, "docs", "examples", "quickstart");
const { startApi } = await import(join(folder, "api.mjs"));
const api = await startApi({ until: "2018-02-05T00:00:00Z" });
rmSync(join(folder, "data"), { recursive: true, force: true });
rmSync(join(folder, ".dativo"), { recursive: true, force: true });

const COUNT_BY_ALERT =
  "select coalesce(alert, 'none') as alert, count(*) as quakes, max(mag) as strongest, max(updated) as newest from quakes group by 1 order by 2 desc";

try {
  say("The API holds the earthquakes up to 5 February. First run: everything it has.");
  await dativo("run", "quakes-parquet.yaml");
  await dativo("run", "quakes-duckdb.yaml");
  await dativo("query", COUNT_BY_ALERT, "quakes-parquet.yaml");

  say("Two days later the API has more. Second run: only the new records.");
  api.setNow("2018-02-08T00:00:00Z");
  await dativo("run", "quakes-parquet.yaml");
  await dativo("run", "quakes-duckdb.yaml");

  say("What both targets hold now:");
  await dativo("query", COUNT_BY_ALERT, "quakes-parquet.yaml");
  await dativo(
    "query",
    "select count(*) as records, count(distinct id) as quakes from quakes",
    "quakes-duckdb.yaml",
  );
  say("The plugin is docs/examples/quickstart/usgs.ts, the jobs are beside it. Next: docs/quickstart.md");
} finally {
  await api.close();
}

function say(text) {
  console.log(`\n${text}`);
}

function dativo(...args) {
  console.log(`\n$ dativo ${args.map((arg) => (/\s/.test(arg) ? JSON.stringify(arg) : arg)).join(" ")}`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules", "dativo", "dist", "bin.js"), ...args], {
      cwd: folder,
      stdio: "inherit",
      env: { ...process.env, USGS_URL: api.url, USGS_KEY: process.env.USGS_KEY ?? "any-key-will-do" },
    });
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0 ? resolve() : reject(new Error(`dativo ${args[0]} ended with exit code ${code}`)),
    );
  }).catch(async (error) => {
    console.error(`✖ ${error.message}`);
    await api.close();
    process.exit(2);
  });
}

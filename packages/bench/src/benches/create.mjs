import { mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { WORK } from "../datasets.mjs";
import { run } from "../measure.mjs";
import { median, printTable } from "../table.mjs";

const require = createRequire(import.meta.url);
const OURS = join(dirname(require.resolve("create-dativo-plugin/package.json")), "dist", "bin.js");
const PEER = fileURLToPath(new URL("../../peers/node_modules/create-vite/index.js", import.meta.url));
const TIMES = 9;

/** Milliseconds over a bare Node that a command may take. */
const LIMITS = { "create-dativo-plugin --help": 150, "create-dativo-plugin --yes --no-install": 1500 };

/** How long it takes to create a project without installing it, and to show help, beside create-vite. */
export async function create() {
  const folder = join(WORK, "create");
  let projects = 0;
  const fresh = () => `project-${++projects}`;
  const contestants = {
    "node -e 0": () => ["-e", "0"],
    "create-dativo-plugin --help": () => [OURS, "--help"],
    "create-vite --help": () => [PEER, "--help"],
    "create-dativo-plugin --yes --no-install": () => [OURS, fresh(), "--yes", "--no-install", "--no-git"],
    "create-dativo-plugin --yes --no-install, with its commit": () => [
      OURS,
      fresh(),
      "--yes",
      "--no-install",
    ],
    "create-vite --template vanilla-ts": () => [
      PEER,
      fresh(),
      "--template",
      "vanilla-ts",
      "--no-interactive",
    ],
  };
  const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Interleaved, so that a slow moment of the machine strikes all of them; the first round warms caches.
  for (let round = 0; round <= TIMES; round += 1)
    for (const [name, args] of Object.entries(contestants)) {
      const { wall } = await run(process.execPath, args(), { cwd: folder, env: { CI: "" } });
      if (round > 0) times[name].push(wall * 1000);
    }
  const bare = median(times["node -e 0"]);
  const lines = [["command", "time", "over bare node", "limit"]];
  for (const [name, values] of Object.entries(times)) {
    const over = median(values) - bare;
    const limit = LIMITS[name];
    const verdict = limit === undefined ? "" : `${limit} ms ${over <= limit ? "✔" : "✖"}`;
    lines.push([name, `${median(values).toFixed(0)} ms`, `${over.toFixed(0)} ms`, verdict]);
  }
  printTable(`Creating a project (median of ${TIMES}, interleaved)`, lines);
}

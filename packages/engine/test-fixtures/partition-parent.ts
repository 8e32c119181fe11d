import { WorkerPool } from "../src/partition/worker-pool.js";

/** A process that has a worker run a part which takes long, and prints what the worker says. */
const pool = new WorkerPool({
  script: process.argv[2] ?? "",
  arguments: [],
  cwd: process.cwd(),
  env: process.env,
});
await pool.run(
  { runId: "run", name: "wait" },
  { signal: new AbortController().signal, onLog: ({ message }) => console.log(message) },
);

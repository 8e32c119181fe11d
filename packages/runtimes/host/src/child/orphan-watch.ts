import { Worker } from "node:worker_threads";

/** Milliseconds between looks at whether the host is still there. */
const INTERVAL_MS = 1000;

const WATCH = `
  const { workerData: host } = require("node:worker_threads");
  const gone = () => {
    if (process.ppid !== host) return true;
    try { process.kill(host, 0); return false; } catch (error) { return error.code === "ESRCH"; }
  };
  setInterval(() => { if (gone()) process.kill(process.pid, "SIGKILL"); }, ${INTERVAL_MS});
`;

/**
 * Ends this process when its host has gone, even while a plugin keeps its main thread busy and the closed stream
 * goes unnoticed.
 */
export function watchForOrphaning(): void {
  new Worker(WATCH, { eval: true, workerData: process.ppid }).unref();
}

import module from "node:module";
import v8 from "node:v8";

// As for the command itself; see bin.ts.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
v8.setFlagsFromString("--heap-growing-percent=60");

const { serveJob } = await import("./serve-job.js");
serveJob(process.argv[2] ?? "");

#!/usr/bin/env node
import module from "node:module";
import v8 from "node:v8";

// Node 22.8 and later keep compiled code on disk; older ones start without it.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

// Rows are garbage as soon as they were written; left to itself, V8 lets a long run keep more and more of them.
v8.setFlagsFromString("--heap-growing-percent=60");

const { main } = await import("./main.js");
// A plugin may leave timers or sockets behind; they must not keep the process.
process.exit(await main(process.argv.slice(2)));

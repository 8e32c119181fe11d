#!/usr/bin/env node
import module from "node:module";

// Node 22.8 and later keep compiled code on disk; older ones start without it.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();

const { main } = await import("./main.js");
// A plugin may leave timers or sockets behind; they must not keep the process.
process.exit(await main(process.argv.slice(2)));

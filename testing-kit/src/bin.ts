#!/usr/bin/env node
import { main } from "./cli/main.js";

const exitCode = await main(process.argv.slice(2));
// Plugins under test may leave timers and sockets behind; they must not keep the process.
process.stdout.write("", () => process.stderr.write("", () => process.exit(exitCode)));

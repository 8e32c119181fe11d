#!/usr/bin/env node
import { EXIT_CODES } from "./exit-code.js";
import { main } from "./main.js";

let ended = false;
// A prompt whose input was closed never settles, and Node would end with 0 as if all were well.
process.once("beforeExit", () => {
  if (ended) return;
  process.stderr.write("\nCancelled. Nothing was written.\n");
  process.exitCode = EXIT_CODES.CANCELLED;
});
main(process.argv.slice(2)).then((code) => {
  ended = true;
  process.exitCode = code;
});

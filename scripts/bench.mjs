// npm run bench [-- name …]: installs the libraries to compare with, then measures.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { buildRustExamples, hasCargo } from "./rust.mjs";
import { prepare, ROOT, step } from "./step.mjs";

prepare();
const peers = join("packages", "bench", "peers");
if (!existsSync(join(ROOT, peers, "node_modules")))
  step("install the libraries to compare with", "npm", [
    "install",
    "--prefix",
    peers,
    "--no-package-lock",
    "--no-fund",
    "--no-audit",
  ]);
const names = process.argv.slice(2);
if (hasCargo() && (names.length === 0 || names.includes("native"))) buildRustExamples();
step("bench", "node", [join("packages", "bench", "src", "main.mjs"), ...names]);

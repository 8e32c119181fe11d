// The Rust side: formatting and lints, tests of the crates and the example plugins, and the libraries that other tests load.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ROOT, step } from "./step.mjs";

/** Folders with a Cargo workspace, or a package of its own. */
const CRATES = join("packages", "runtimes", "native", "crates");
const EXAMPLES = join("docs", "examples", "rust");
const GUIDE = join(EXAMPLES, "guide-reader");

const MISSING = "skipped: Rust (cargo is not installed; see rustup.rs)";

const cargo = (title, folder, args) => {
  const [command, ...rest] = args;
  step(`${title} (${folder})`, "cargo", [command, "--manifest-path", join(folder, "Cargo.toml"), ...rest]);
  return 1;
};

/** Whether Rust can be compiled here. */
export const hasCargo = () => spawnSync("cargo", ["--version"]).status === 0;

/**
 * Builds the example plugins that tests and benchmarks load, once. The guide's own package is not a member of their
 * workspace, and is built beside them.
 */
export function buildRustExamples() {
  const target = process.env.CARGO_TARGET_DIR ?? join(ROOT, EXAMPLES, "target");
  let steps = cargo("example plugins", EXAMPLES, ["build", "--release", "--locked", "--quiet"]);
  steps += cargo("the guide's reader", GUIDE, [
    "build",
    "--release",
    "--locked",
    "--quiet",
    "--target-dir",
    target,
  ]);
  process.env.DATIVO_RUST_EXAMPLES_BUILT = "1";
  return steps;
}

/** Checks the form of the crates and the example plugins; says so where cargo is missing. */
export function lintRust() {
  if (!hasCargo()) return void console.log(`\n${MISSING}`);
  for (const folder of [CRATES, EXAMPLES]) {
    cargo("format", folder, ["fmt", "--all", "--check"]);
    cargo("lints", folder, [
      "clippy",
      "--workspace",
      "--all-targets",
      "--locked",
      "--quiet",
      "--",
      "-D",
      "warnings",
    ]);
  }
}

/** Builds and tests everything, and returns how many steps passed; one that fails ends this process. */
export function testRust() {
  if (!hasCargo()) {
    console.log(`\n${MISSING}`);
    return 0;
  }
  let steps = buildRustExamples();
  steps += cargo("tests", CRATES, ["test", "--workspace", "--locked", "--quiet"]);
  // The libraries that were built already are in this profile.
  steps += cargo("tests", EXAMPLES, ["test", "--release", "--workspace", "--locked", "--quiet"]);
  console.log(`\n${steps} steps of Rust passed`);
  return steps;
}

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

/**
 * Builds for tests: quick to compile rather than quick to run, with checks for overflow, in one folder, so that what
 * the crates and the examples both use is compiled once. Measurements use the profile that the examples declare.
 */
export function useTestProfile() {
  process.env.CARGO_TARGET_DIR ??= join(ROOT, ".turbo", "cargo");
  Object.assign(process.env, {
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
    CARGO_PROFILE_RELEASE_DEBUG: "false",
    CARGO_PROFILE_RELEASE_STRIP: "debuginfo",
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
    CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS: "true",
    CARGO_PROFILE_RELEASE_DEBUG_ASSERTIONS: "true",
    CARGO_INCREMENTAL: "0",
  });
}

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
  // Everything in the profile of the libraries that were built already.
  steps += cargo("tests", CRATES, ["test", "--release", "--workspace", "--locked", "--quiet"]);
  steps += cargo("tests", EXAMPLES, ["test", "--release", "--workspace", "--locked", "--quiet"]);
  console.log(`\n${steps} steps of Rust passed`);
  return steps;
}

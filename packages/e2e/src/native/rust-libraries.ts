import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const EXAMPLES = fileURLToPath(new URL("../../../../docs/examples/rust", import.meta.url));
const RUST_SCRIPT = new URL("../../../../scripts/rust.mjs", import.meta.url).href;
const FIXTURES = fileURLToPath(new URL("../../../runtimes/native/test-fixtures", import.meta.url));

/** Whether native plugins can be compiled here; without cargo the tests that need one are skipped, and say so. */
export const hasCargo = spawnSync("cargo", ["--version"]).status === 0;

/** Builds the example plugins, unless that was done before these tests. */
export async function buildRustLibraries(): Promise<void> {
  if (process.env.DATIVO_RUST_EXAMPLES_BUILT === "1") return;
  const { buildRustExamples } = await import(RUST_SCRIPT);
  buildRustExamples();
}

/** Absolute path of the library of an example plugin, such as `csv-reader`. */
export function rustExample(name: string): string {
  const target = process.env.CARGO_TARGET_DIR ?? join(EXAMPLES, "target");
  return join(target, "release", `lib${name.replaceAll("-", "_")}.so`);
}

/** Compiles a fixture of the native runtime, such as `v1_plugin`, into a library. */
export function compileFixture(name: string, library: string): void {
  mkdirSync(dirname(library), { recursive: true });
  execFileSync(
    "rustc",
    ["--edition", "2021", "-O", "--crate-type", "cdylib", "-o", library, join(FIXTURES, `${name}.rs`)],
    { stdio: "inherit" },
  );
}

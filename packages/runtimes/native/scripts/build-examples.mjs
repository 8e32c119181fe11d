// Builds the native example plugins, and prints where each library is, as JSON: { "csv-reader": "/…/libcsv_reader.so", … }.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const EXAMPLES = join(import.meta.dirname, "../../../../docs/examples/rust");
const TARGET = join(EXAMPLES, "target");
/** Folders that are packages of their own, beside the workspace. */
const ALONE = ["guide-reader"];

/** Runs cargo; what it says goes to standard error, as standard output is for the result. */
function cargo(...args) {
  const { error, status } = spawnSync("cargo", [...args, "--target-dir", TARGET], {
    cwd: EXAMPLES,
    stdio: ["ignore", 2, 2],
  });
  if (error?.code === "ENOENT")
    fail(
      "cargo is not installed. Rust 1.88 or later is needed to build the native plugins: https://rustup.rs",
    );
  if (error) fail(`cargo could not be started: ${error.message}`);
  if (status !== 0) fail(`cargo ${args.join(" ")} ended with exit code ${status}.`);
}

function fail(message) {
  console.error(`✖ ${message}`);
  process.exit(2);
}

/** The file name of a library on this platform. */
function libraryName(crate) {
  const name = crate.replaceAll("-", "_");
  if (process.platform === "win32") return `${name}.dll`;
  return process.platform === "darwin" ? `lib${name}.dylib` : `lib${name}.so`;
}

/** The package that a folder holds, when it makes a library to load. */
function loadedPackage(folder) {
  const manifest = join(EXAMPLES, folder, "Cargo.toml");
  if (!existsSync(manifest)) return undefined;
  const text = readFileSync(manifest, "utf8");
  return text.includes('"cdylib"') ? /^name = "(.+)"$/m.exec(text)?.[1] : undefined;
}

cargo("build", "--release", "--locked", "--quiet");
for (const folder of ALONE)
  cargo("build", "--release", "--locked", "--quiet", "--manifest-path", join(EXAMPLES, folder, "Cargo.toml"));

const libraries = {};
for (const folder of readdirSync(EXAMPLES)) {
  const crate = loadedPackage(folder);
  if (crate !== undefined) libraries[folder] = join(TARGET, "release", libraryName(crate));
}
for (const path of Object.values(libraries)) if (!existsSync(path)) fail(`${path} was not built.`);
console.log(JSON.stringify(libraries, null, 2));

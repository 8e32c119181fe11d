// Writes the files of the dativo-plugin crate that are generated: the codes of errors, from the protocol's catalogue, and
// with Cargo the header dativo_plugin.h, which the crate's own tests write and compare.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const CRATES = join(import.meta.dirname, "../crates");
const CODES = join(CRATES, "dativo-plugin/src/code.rs");
const isCheck = process.argv.includes("--check");

const { resolve } = createRequire(import.meta.url);
const catalogue = Object.entries(
  JSON.parse(readFileSync(resolve("@dativo/protocol/schemas/errors.json"), "utf8")),
);
const text = (value) => JSON.stringify(value);

const codes = [
  "//! Codes of errors: the catalogue that all languages share.",
  "",
  "// Generated from packages/protocol/schemas/errors.json by scripts/generate-crate.mjs; npm run generate refreshes it.",
  "",
  ...catalogue.flatMap(([code, { summary }]) => [
    `/// ${summary}`,
    `pub const ${code}: &str = ${text(code)};`,
  ]),
  "",
  "/// One entry of the catalogue.",
  "pub(crate) struct Entry {",
  "    pub(crate) code: &'static str,",
  "    pub(crate) error_type: &'static str,",
  "    pub(crate) retryable: bool,",
  "    pub(crate) hint: &'static str,",
  "}",
  "",
  "#[rustfmt::skip]",
  "pub(crate) const CATALOGUE: &[Entry] = &[",
  ...catalogue.map(
    ([code, { type, retryable, hint }]) =>
      `    Entry { code: ${code}, error_type: ${text(type)}, retryable: ${retryable}, hint: ${text(hint)} },`,
  ),
  "];",
  "",
].join("\n");

if (!isCheck) {
  writeFileSync(CODES, codes);
  writeHeader();
} else if (readFileSync(CODES, "utf8").replaceAll("\r\n", "\n") !== codes) {
  console.error("stale: packages/runtimes/native/crates/dativo-plugin/src/code.rs");
  console.error("Run npm run generate, and commit what it wrote.");
  process.exitCode = 1;
}

function writeHeader() {
  const { error, status } = spawnSync(
    "cargo",
    ["test", "--quiet", "--locked", "--package", "dativo-plugin", "--test", "generated_files"],
    { cwd: CRATES, stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, DATIVO_GENERATE: "1" } },
  );
  if (status === 0) return;
  if (error?.code === "ENOENT")
    return console.log(
      "skipped: the crate's dativo_plugin.h, because cargo is not installed (see rustup.rs); cargo test fails while it is stale.",
    );
  console.error(`✖ dativo_plugin.h was not written: ${error?.message ?? "cargo test failed, see above"}.`);
  process.exitCode = 1;
}

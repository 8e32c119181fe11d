import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { librarySuffix } from "../load/library-names.js";

const SOURCES = fileURLToPath(new URL("../../test-fixtures", import.meta.url));

/** Folder of what tests build. */
export const FIXTURES_OUT = join(SOURCES, "target");

/** Whether plugins can be compiled here; without rustc the tests that need one are skipped, and say so. */
export const hasRust = spawnSync("rustc", ["--version"]).status === 0;

/** Absolute path of the library of a fixture, such as `v1_plugin`. */
export function fixtureLibrary(name: string): string {
  return join(
    FIXTURES_OUT,
    `${process.platform === "win32" ? "" : "lib"}${name}${librarySuffix(process.platform)}`,
  );
}

/** Compiles the fixtures that have changed. */
export function compileFixtures(): void {
  if (!hasRust) return;
  mkdirSync(FIXTURES_OUT, { recursive: true });
  for (const file of readdirSync(SOURCES).filter((name) => name.endsWith(".rs"))) {
    const library = fixtureLibrary(file.replace(/\.rs$/, ""));
    const source = join(SOURCES, file);
    const built = statSync(library, { throwIfNoEntry: false });
    if (built !== undefined && built.mtimeMs > statSync(source).mtimeMs) continue;
    execFileSync("rustc", ["--edition", "2021", "-O", "--crate-type", "cdylib", "-o", library, source], {
      stdio: "inherit",
    });
  }
}

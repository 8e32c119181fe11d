import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Combination } from "./combinations.js";

/** Where crates are compiled; kept between runs, because it takes minutes. */
const CARGO_BUILD = process.env.DATIVO_CARGO_BUILD ?? join(tmpdir(), "dativo-created-crates");

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));

/** What a language needs on this machine, and what stands in for its packages that are not published. */
export interface Toolchain {
  /** Why projects in the language cannot be built here, if they cannot. */
  readonly missing: string | undefined;
  /** Variables for a project below a folder; may put files there. */
  environment(folder: string): Promise<Record<string, string>>;
}

/** The toolchain of a language. */
export function toolchain(lang: Combination["lang"]): Toolchain {
  if (lang === "rust") return { missing: unless("cargo", "needs Cargo"), environment: cratesOfRepository };
  if (lang === "python")
    return { missing: unless("python3", "needs Python"), environment: packagesOfRepository };
  return { missing: undefined, environment: async () => ({}) };
}

function unless(command: string, reason: string): string | undefined {
  try {
    execFileSync(command, ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    return reason;
  }
}

/** Cargo looks for settings in the folders above a project, so that the project itself is as its owner gets it. */
async function cratesOfRepository(folder: string): Promise<Record<string, string>> {
  const crates = join(ROOT, "packages", "runtimes", "native", "crates");
  mkdirSync(join(folder, ".cargo"), { recursive: true });
  const patches = ["dativo-plugin", "dativo-plugin-macros"].map(
    (name) => `${name} = { path = ${JSON.stringify(join(crates, name))} }`,
  );
  writeFileSync(join(folder, ".cargo", "config.toml"), `[patch.crates-io]\n${patches.join("\n")}\n`);
  // What all of them depend on is compiled once; the libraries themselves are in the folders of their projects.
  return { CARGO_BUILD_BUILD_DIR: CARGO_BUILD };
}

let wheels: string | undefined;

async function packagesOfRepository(): Promise<Record<string, string>> {
  if (wheels === undefined) {
    // pip takes several folders, separated by blanks, so that there is none in its name.
    const place = mkdtempSync(join(tmpdir(), "dativo-wheels-"));
    wheels = join(place, "wheels");
    // Built from a copy, because building leaves files beside the source.
    const source = join(place, "source");
    for (const name of ["pyproject.toml", "python"])
      cpSync(join(ROOT, "packages", "runtimes", "python", name), join(source, name), { recursive: true });
    execFileSync("python3", ["-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", wheels, source]);
  }
  return { PIP_FIND_LINKS: wheels };
}

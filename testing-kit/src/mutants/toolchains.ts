import { execFile, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Language } from "./mutant.js";

const require = createRequire(import.meta.url);

/** Why plugins of a language cannot be tested here; undefined when they can. */
export function reasonWithout(language: Language): string | undefined {
  switch (language) {
    case "typescript":
      return undefined;
    case "python":
      if (!isInstalled("@dativo/runtime-python")) return "@dativo/runtime-python is not installed";
      return succeeds("python3", ["-c", "import sys; assert sys.version_info >= (3, 9)"])
        ? undefined
        : "there is no Python 3.9 or newer (python3) on PATH";
    case "rust":
      if (!isInstalled("@dativo/runtime-native")) return "@dativo/runtime-native is not installed";
      return succeeds("rustc", ["--version"])
        ? undefined
        : "Rust is not installed (there is no rustc on PATH; see rustup.rs)";
  }
}

/** The interpreter behind the command python3, which may be a script that takes a while to find it. */
export function pythonInterpreter(): string | undefined {
  const { stdout } = spawnSync("python3", ["-c", "import sys; print(sys.executable)"], { encoding: "utf8" });
  return stdout?.trim() || undefined;
}

function isInstalled(name: string): boolean {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** Libraries that are compiled from the sources of the bank, each set of options once. */
export class CompiledLibraries {
  private readonly libraries = new Map<string, Promise<string>>();

  /** @param folder Where they are put */
  constructor(private readonly folder: string) {}

  /**
   * The path of the library that a source makes, without any crate.
   *
   * @param cfg What the compiler is told, such as `lean`
   */
  of(source: string, cfg = ""): Promise<string> {
    const key = `${source} ${cfg}`;
    let library = this.libraries.get(key);
    if (library === undefined) {
      library = this.compile(source, cfg);
      this.libraries.set(key, library);
    }
    return library;
  }

  private async compile(source: string, cfg: string): Promise<string> {
    const path = join(this.folder, `libmutants${cfg === "" ? "" : `-${cfg}`}.so`);
    const args = ["--edition", "2024", "-O", "--crate-type", "cdylib", "--crate-name", "mutants", "-o", path];
    await promisify(execFile)("rustc", [...args, ...(cfg === "" ? [] : ["--cfg", cfg]), source]);
    return path;
  }
}

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Compiles a C file to a shared library and returns its bytes. */
export function cLibrary(source: string, flags: readonly string[] = ["-shared", "-fPIC"]): Uint8Array {
  return inFolder((folder) => compile(folder, "a", source, flags));
}

/** A library that needs a function of a version of the C library that this machine need not have. */
export function libraryNeedingGlibc(version: string): Uint8Array {
  return inFolder((folder) => {
    writeFileSync(join(folder, "versions"), `GLIBC_${version} { global: future; };`);
    compile(folder, "libc-to-come", "int future(void) { return 1; }", [
      "-shared",
      "-fPIC",
      "-Wl,--version-script=versions",
    ]);
    return compile(folder, "a", "int future(void); int own(void) { return future(); }", [
      "-shared",
      "-fPIC",
      "-Wl,--no-as-needed",
      "./libc-to-come.so",
    ]);
  });
}

function compile(folder: string, name: string, source: string, flags: readonly string[]): Uint8Array {
  writeFileSync(join(folder, `${name}.c`), source);
  execFileSync("cc", ["-o", `${name}.so`, `${name}.c`, ...flags], { cwd: folder });
  return new Uint8Array(readFileSync(join(folder, `${name}.so`)));
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "dativo-c-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

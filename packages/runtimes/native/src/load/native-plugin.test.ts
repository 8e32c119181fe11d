import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fixtureLibrary, hasRust } from "../testing/fixture-libraries.js";
import { errorOf, NativeBench, PLACEMENTS } from "../testing/native-bench.js";

/** Compiles a library of one line of Rust, and returns its path. */
function compile(bench: NativeBench, name: string, source: string, ...args: string[]): string {
  const file = join(bench.root, `${name}.rs`);
  writeFileSync(file, source);
  const library = join(bench.root, `lib${name}.so`);
  execFileSync("rustc", ["--edition", "2021", "--crate-type", "cdylib", ...args, "-o", library, file]);
  return library;
}

describe.skipIf(!hasRust).each(PLACEMENTS)("loading a native plugin, %s (skipped without rustc)", (kind) => {
  const bench = () => new NativeBench({ kind });

  it("finds the library under the name it has on this platform", async () => {
    const own = bench();
    copyFileSync(fixtureLibrary("v1_plugin"), join(own.root, "libshop.so"));
    for (const name of ["libshop.so", "libshop.dylib", "shop.dll"]) {
      const { spec } = await own.load(`${name}:create_reader`);
      expect(spec).toMatchObject({ name: "shop", kind: "reader", api: 1 });
    }
    expect((await own.load("libshop.so:create_writer")).spec).toMatchObject({
      kind: "writer",
      accepts: ["json"],
      modes: ["append"],
      idempotentCommit: false,
    });
  });

  it("says where it looked and what is there", async () => {
    const own = bench();
    mkdirSync(join(own.root, "target"));
    copyFileSync(fixtureLibrary("v1_plugin"), join(own.root, "target", "libshop.so"));
    const error = await errorOf(own.load("target/libshpo.so:create_reader"));
    expect(error.code).toBe("PLUGIN_NOT_FOUND");
    expect(error.message).toContain(join(own.root, "target", "shpo.so"));
    expect(error.hint).toBe("Did you mean target/libshop.so:create_reader?");
  });

  it("refuses a library of another machine, and what is none", async () => {
    const own = bench();
    const bytes = readFileSync(fixtureLibrary("v1_plugin"));
    bytes[18] = 183;
    writeFileSync(join(own.root, "libarm.so"), bytes);
    const arm = await errorOf(own.load("libarm.so:create_reader"));
    expect(arm.code).toBe("PLUGIN_LOAD_FAILED");
    expect(arm.message).toContain(
      `libarm.so cannot be loaded: it was built for Linux arm64, and this process runs on Linux ${process.arch}.`,
    );
    writeFileSync(join(own.root, "libtext.so"), "hello");
    expect((await errorOf(own.load("libtext.so:create_reader"))).message).toContain(
      "it is not a shared library",
    );
  });

  it("names the library that is missing, and the symbol that nothing defines", async () => {
    const own = bench();
    const needed = compile(own, "needed", '#[no_mangle] pub extern "C" fn needed() {}');
    compile(
      own,
      "needs",
      'extern "C" { fn needed(); } #[no_mangle] pub extern "C" fn extract_batch() { unsafe { needed() } }',
      "-L",
      own.root,
      "-l",
      "needed",
    );
    rmSync(needed);
    const error = await errorOf(own.load("libneeds.so:create_reader"));
    expect(error.code).toBe("PLUGIN_LOAD_FAILED");
    expect(error.message).toContain("it needs the library libneeded.so, which the system does not find.");
    expect(error.hint).toContain("LD_LIBRARY_PATH");

    compile(
      own,
      "undefined",
      'extern "C" { fn nowhere(); } #[no_mangle] pub extern "C" fn extract_batch() { unsafe { nowhere() } }',
    );
    expect((await errorOf(own.load("libundefined.so:create_reader"))).message).toContain(
      "it uses the symbol nowhere, which no library that it is linked with has.",
    );
  });

  it("names a symbol that the plugin lacks", async () => {
    const own = bench();
    const library = fixtureLibrary("v1_plugin");
    const creator = await errorOf(own.load(`${library}:create_raeder`, "reader"));
    expect(creator.code).toBe("PLUGIN_EXPORT_NOT_FOUND");
    expect(creator.message).toContain(`${library} has no symbol create_raeder.`);
    expect(creator.hint).toBe(`Write ${library}:create_reader`);
    compile(own, "nothing", "pub fn nothing() {}");
    expect((await errorOf(own.load("libnothing.so:create_reader"))).message).toContain(
      "neither the symbol extract_batch of a native reader nor the symbol write_batch",
    );
    compile(
      own,
      "leaky",
      'pub type P = *mut u8; #[no_mangle] pub extern "C" fn create_reader(_: P) -> P { 8 as P } #[no_mangle] pub extern "C" fn extract_batch(_: P) -> P { 0 as P }',
    );
    await own.load("libleaky.so:create_reader");
    expect(own.messages.join("\n")).toContain("libleaky.so has no symbol free_string");
  });
});

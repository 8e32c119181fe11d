import { describe, expect, it } from "vitest";
import { isLibraryPath, librarySpellings, pluginName } from "./library-names.js";

describe("librarySpellings", () => {
  it.each([
    [
      "linux",
      "rust/target/release/libshop.so",
      ["rust/target/release/libshop.so", "rust/target/release/shop.so"],
    ],
    ["linux", "libshop.dylib", ["libshop.so", "shop.so", "libshop.dylib"]],
    ["linux", "bin/shop.dll", ["bin/libshop.so", "bin/shop.so", "bin/shop.dll"]],
    ["linux", "shop.so", ["shop.so", "libshop.so"]],
    ["darwin", "libshop.dylib", ["libshop.dylib", "shop.dylib"]],
    ["darwin", "/opt/libshop.so", ["/opt/libshop.dylib", "/opt/shop.dylib", "/opt/libshop.so"]],
    ["darwin", "shop.dll", ["libshop.dylib", "shop.dylib", "shop.dll"]],
    ["win32", "libshop.so", ["shop.dll", "libshop.dll", "libshop.so"]],
    ["win32", "libshop.dylib", ["shop.dll", "libshop.dll", "libshop.dylib"]],
    ["win32", "SHOP.DLL", ["SHOP.DLL", "SHOP.dll", "libSHOP.dll"]],
    ["freebsd", "libshop.so", ["libshop.so", "shop.so"]],
  ] as const)("on %s, %s may be called", (platform, location, expected) => {
    expect(librarySpellings(location, platform)).toEqual(expected);
  });

  it("knows a library by its suffix, whatever the platform", () => {
    for (const name of ["libshop.so", "shop.dylib", "SHOP.DLL"]) expect(isLibraryPath(name)).toBe(true);
    for (const name of ["shop.ts", "libshop.so.bak", "so"]) expect(isLibraryPath(name)).toBe(false);
  });

  it("names a plugin by its file", () => {
    expect(["a/libshop.so", "shop.dll", "lib.dylib"].map(pluginName)).toEqual(["shop", "shop", "lib"]);
  });
});

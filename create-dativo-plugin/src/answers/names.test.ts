import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  folderProblem,
  objectNameFrom,
  objectNameProblem,
  projectNameFrom,
  projectNameProblem,
  titleOf,
} from "./names.js";

describe("project names", () => {
  it.each(["acme", "acme-reader", "a1-b2", "x"])("%s is one", (name) => {
    expect(projectNameProblem(name)).toBeUndefined();
  });

  it.each([
    "",
    "Acme",
    "1a",
    "a_b",
    "a--b",
    "-a",
    "a-",
    "../a",
    "a/b",
    "con",
    "nul",
    "com1",
    "class",
    "dativo",
    "ä",
    "a b",
    "a".repeat(41),
  ])("%j is none", (name) => {
    expect(projectNameProblem(name)).toBeDefined();
  });

  it("are made from any text, or not at all", () => {
    expect(projectNameFrom("Mein Größter Läufer!")).toBe("mein-gro-ter-laufer");
    expect(projectNameFrom("日本")).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const name = projectNameFrom(text);
        expect(name === undefined || projectNameProblem(name) === undefined).toBe(true);
      }),
    );
  });
});

describe("object names", () => {
  it.each(["users", "line_items", "a1"])("%s is one", (name) => {
    expect(objectNameProblem(name)).toBeUndefined();
  });

  it.each([
    "../users",
    "a/b",
    "Users",
    "line-items",
    "select",
    "class",
    "type",
    "nul",
    "_a",
    "a__b",
    "",
    "a".repeat(31),
  ])("%j is none", (name) => {
    expect(objectNameProblem(name)).toBeDefined();
  });

  it("are suggested where they can be", () => {
    expect(objectNameFrom("LineItems")).toBe("line_items");
    expect(objectNameFrom("order")).toBe("order_list");
    expect(objectNameFrom("!")).toBeUndefined();
  });
});

describe("folders", () => {
  it.each(["a", "../a", "/tmp/ä b", "con", "a:b"])("%j may be one on Linux", (path) => {
    expect(folderProblem(path, "linux")).toBeUndefined();
  });

  it.each(["C:\\Users\\me\\acme", "..\\acme", "acme/reader", "ä b"])("%j may be one on Windows", (path) => {
    expect(folderProblem(path, "win32")).toBeUndefined();
  });

  it.each(["con", "a\\NUL.txt", "lpt1", "ab:c", "a?", "C:\\a|b", "acme.", "acme ", "x\\acme.\\y", "a\u0001"])(
    "%j may be none on Windows",
    (path) => {
      expect(folderProblem(path, "win32")).toBeDefined();
    },
  );

  it("are none when they are empty or hold a NUL", () => {
    expect(folderProblem("  ", "linux")).toBeDefined();
    expect(folderProblem("a\0b", "linux")).toBeDefined();
  });
});

it("titles leave out what the plugin is", () => {
  expect(titleOf("acme-shop-reader")).toBe("Acme Shop");
});

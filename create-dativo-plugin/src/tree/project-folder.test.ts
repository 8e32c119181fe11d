import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, treeOf } from "../testing/command.js";
import { ProjectFolder } from "./project-folder.js";
import { writeChanges } from "./write-changes.js";

describe("a project folder", () => {
  it.each(["../a", "a/../../b", "/etc/passwd", "a/./b", "a//b", "..", "a\\b", "C:a", "a\0b", ""])(
    "has no place for %j",
    (path) => {
      expect(() => new ProjectFolder(emptyFolder()).placeOf(path === "" ? "../" : path)).toThrow(
        /does not stay/,
      );
    },
  );

  it.skipIf(process.platform === "win32")("follows no link, neither of a folder nor of a file", () => {
    const outside = emptyFolder();
    writeFileSync(join(outside, "file"), "theirs");
    const root = emptyFolder();
    symlinkSync(outside, join(root, "src"));
    symlinkSync(join(outside, "file"), join(root, "job.yaml"));
    const folder = new ProjectFolder(root);
    for (const path of ["src/index.ts", "job.yaml"])
      expect(() => writeChanges(folder, [{ path, action: "create", text: "ours" }])).toThrow(/is a link/);
    expect(treeOf(outside)).toEqual({ file: "theirs" });
  });

  it("counts as empty with a repository in it", () => {
    const root = emptyFolder();
    mkdirSync(join(root, ".git"));
    expect(new ProjectFolder(root).isEmpty()).toBe(true);
    expect(new ProjectFolder(join(root, "not-there")).isEmpty()).toBe(true);
    writeFileSync(join(root, "a"), "");
    expect(new ProjectFolder(root).isEmpty()).toBe(false);
    expect(() => new ProjectFolder(join(root, "a")).isEmpty()).toThrow(/is a file/);
  });
});

it("when one file cannot be written, everything is as it was", () => {
  const root = emptyFolder();
  writeFileSync(join(root, "kept"), "before");
  writeFileSync(join(root, "gone"), "before");
  // A folder stands where the last file is to be.
  mkdirSync(join(root, "last"));
  const before = treeOf(root);
  expect(() =>
    writeChanges(new ProjectFolder(root), [
      { path: "kept", action: "update", text: "after" },
      { path: "gone", action: "delete" },
      { path: "a/b/new", action: "create", text: "after" },
      { path: "last", action: "create", text: "after" },
    ]),
  ).toThrow(/not a file/);
  expect(treeOf(root)).toEqual(before);
  expect(readdirSync(root).sort()).toEqual(["gone", "kept", "last"]);
  expect(readFileSync(join(root, "kept"), "utf8")).toBe("before");
});

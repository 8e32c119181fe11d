import { parsePluginReference } from "@dativo/protocol";
import { createNodeRuntime } from "@dativo/runtime-node";
import { expect, it } from "vitest";

const runtime = createNodeRuntime();

it.each([
  "a.ts",
  "./a/b.mts",
  "/abs/a.js",
  "C:\\x\\a.cjs",
  "a.tsx",
  "usgs",
  "@acme/usgs",
  "@acme/usgs/reader",
  "my-plugin/reader",
])("handles %s", (location) => {
  expect(runtime.handles(parsePluginReference(`${location}:Name`))).toBe(true);
});

it.each([
  "a.py",
  "./plugins/reader",
  "/abs/reader",
  "target/release/libx.so",
  "x.dylib",
  "x.dll",
  "a b",
  "plugins/a.rb",
])("does not handle %s", (location) => {
  expect(runtime.handles(parsePluginReference(`${location}:Name`))).toBe(false);
});

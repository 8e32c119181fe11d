import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePluginReference } from "./plugin-reference.js";

test.each([
  ["plugins/usgs.ts:default", "plugins/usgs.ts", "default"],
  ["C:\\x\\y.ts:Name", "C:\\x\\y.ts", "Name"],
  ["C:/x/y.ts:Name", "C:/x/y.ts", "Name"],
  ["file:///x/y.js:Name", "file:///x/y.js", "Name"],
  ["@scope/package:Name", "@scope/package", "Name"],
  ["a:b:c:Name", "a:b:c", "Name"],
  [" x.py : Name ", "x.py", "Name"],
])("%s", (text, location, exportName) => {
  expect(parsePluginReference(text)).toEqual({ text, location, exportName });
});

test.each(["", ":", "x.ts", "x.ts:", ":Name", " : Name", "C:\\x\\y.ts", "https://example.com/x.ts"])(
  "%j is refused",
  (text) => {
    expect(() => parsePluginReference(text)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(text) }),
    );
  },
);

test("splits at the last colon", () => {
  const names = fc.string({ minLength: 1 }).filter((name) => !/[:\\/]/.test(name) && name.trim() === name);
  const locations = fc.string({ minLength: 1 }).filter((location) => location.trim() === location);
  fc.assert(
    fc.property(locations, names, (location, exportName) => {
      expect(parsePluginReference(`${location}:${exportName}`)).toMatchObject({ location, exportName });
    }),
  );
});

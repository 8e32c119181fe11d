import fc from "fast-check";
import { expect, it } from "vitest";
import { keptValue, withKeptValue } from "./config-path.js";

/** Names of keys, those that look like parts of a path among them. */
const key = fc.oneof(
  fc.string(),
  fc.constantFrom("a.b", "a\\", "a:json", ":", ".", "\\.", "0", "__proto__x"),
);

it("puts a value back where it was, whatever its keys are called", () => {
  fc.assert(
    fc.property(
      fc.array(key, { minLength: 1, maxLength: 4 }),
      fc.oneof(fc.string(), fc.integer(), fc.boolean()),
      fc.dictionary(fc.constantFrom("a", "b"), fc.string()),
      (keys, value, others) => {
        const kept = keptValue(keys, value);
        let found: unknown = withKeptValue(others, kept);
        for (const name of keys) found = (found as Record<string, unknown>)[name];
        expect(found).toEqual(value);
      },
    ),
  );
});

it("finds its place inside a list", () => {
  const config = { connection: { hosts: [{ name: "a" }, { name: "b" }] } };
  const kept = keptValue(["connection", "hosts", "1", "password"], "x");
  expect(withKeptValue(config, kept)).toEqual({
    connection: { hosts: [{ name: "a" }, { name: "b", password: "x" }] },
  });
});

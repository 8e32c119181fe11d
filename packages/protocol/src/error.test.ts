import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DativoError, isDativoError, toDativoError } from "./error.js";
import { ERROR_CATALOGUE } from "./error-catalogue.js";

const fallback = { code: "PLUGIN_ERROR" } as const;

describe("DativoError", () => {
  test("takes retryable and hint from the catalogue, unless it is told", () => {
    const error = new DativoError({ code: "CONNECTION_FAILED", message: "no" });
    expect(error.retryable).toBe(true);
    expect(error.hint).toBe(ERROR_CATALOGUE.CONNECTION_FAILED.hint);
    const told = new DativoError({
      code: "CONNECTION_FAILED",
      message: "no",
      retryable: false,
      hint: "wait",
    });
    expect([told.retryable, told.hint]).toEqual([false, "wait"]);
  });

  test("a code that the catalogue does not have is kept", () => {
    for (const code of ["MY_OWN", "constructor", "__proto__"]) {
      const error = new DativoError({ code, message: "no" });
      expect([error.code, error.retryable, error.hint, error.toJSON().error_type]).toEqual([
        code,
        false,
        undefined,
        "DativoError",
      ]);
    }
  });

  test("comes back from JSON as it was", () => {
    const inits = fc.record({
      code: fc.oneof(
        fc.constantFrom(...(Object.keys(ERROR_CATALOGUE) as (keyof typeof ERROR_CATALOGUE)[])),
        fc.string(),
      ),
      message: fc.string({ unit: "binary" }),
      hint: fc.option(fc.string(), { nil: undefined }),
      retryable: fc.option(fc.boolean(), { nil: undefined }),
      retryAfterSeconds: fc.option(fc.nat(), { nil: undefined }),
      details: fc.dictionary(
        fc.string(),
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
      ),
    });
    fc.assert(
      fc.property(inits, (init) => {
        const sent = new DativoError(init);
        const text = JSON.stringify(sent);
        expect(JSON.stringify(DativoError.fromJSON(JSON.parse(text)))).toBe(text);
      }),
    );
  });

  test("details that JSON cannot hold do not make it unwritable", () => {
    const details: Record<string, unknown> = { big: 1n, at: new Date(0), inner: new Error("no") };
    details.self = details;
    expect(
      JSON.parse(JSON.stringify(new DativoError({ code: "INTERNAL", message: "no", details }))).details,
    ).toEqual({
      big: "1",
      at: "1970-01-01T00:00:00.000Z",
      inner: "Error: no",
      self: "[circular]",
    });
  });

  test("is recognised across copies of the package", async () => {
    const path = "./error.js?another-copy";
    const copy = (await import(/* @vite-ignore */ path)) as typeof import("./error.js");
    expect(copy.DativoError).not.toBe(DativoError);
    const foreign = new copy.DativoError({ code: "INTERNAL", message: "no" });
    expect(foreign instanceof DativoError).toBe(false);
    expect(isDativoError(foreign)).toBe(true);
    expect(toDativoError(foreign, fallback)).toBe(foreign);
  });

  test("nothing else is taken for one", () => {
    for (const value of [null, undefined, "text", {}, new Error("no"), { code: "INTERNAL", message: "no" }])
      expect(isDativoError(value)).toBe(false);
  });
});

describe("toDativoError", () => {
  test.each([
    ["a text", "a text", "a text"],
    ["an empty text", "", "an empty string was thrown"],
    ["null", null, "null was thrown instead of an error"],
    ["undefined", undefined, "undefined was thrown instead of an error"],
    ["a number", 3, "number was thrown instead of an error"],
    ["an object with a message", { message: "inside" }, "inside"],
    ["an object", { a: 1 }, "object was thrown instead of an error"],
    ["an error", new TypeError("wrong"), "wrong"],
    ["an error without a message", new TypeError(""), "TypeError"],
    [
      "a failed connection",
      new AggregateError([new Error("refused ::1"), new Error("refused 127.0.0.1")]),
      "refused ::1; refused 127.0.0.1",
    ],
  ])("%s", (_, thrown, message) => {
    const error = toDativoError(thrown, fallback);
    expect(error.message).toBe(message);
    expect(error.code).toBe("PLUGIN_ERROR");
    expect(error.cause).toBe(thrown === undefined ? undefined : thrown);
  });

  test("puts the prefix before the message and keeps the rest of the fallback", () => {
    const error = toDativoError("no", {
      ...fallback,
      prefix: "orders: extract",
      details: { call: "extract" },
    });
    expect(error.message).toBe("orders: extract: no");
    expect(error.details).toEqual({ call: "extract" });
  });
});

import { expect, test } from "vitest";
import { withoutStack } from "./error-json.js";

test("only the stack is left out, and of nothing but an error", () => {
  const error = { error_code: "PLUGIN_ERROR", details: { at: "a.ts:1:2", stack: "Error\n at a.ts" } };
  expect(withoutStack({ run_id: "r", error })).toEqual({
    run_id: "r",
    error: { error_code: "PLUGIN_ERROR", details: { at: "a.ts:1:2" } },
  });
  for (const document of [null, [1], { rows: [{ stack: 1 }] }, { error: { details: { stack: undefined } } }])
    expect(withoutStack(document)).toBe(document);
});

import { Redactor } from "@dativo/protocol";
import { describe, expect, test } from "vitest";
import { assertNoSecret } from "./position-secrets.js";

const redactor = new Redactor();
redactor.add("hunter22");

describe("assertNoSecret", () => {
  test.each([null, 7, "page 2", { cursor: "2026-01-01", keys: ["a", "b"] }, []])(
    "lets %j pass",
    (position) => {
      expect(() => assertNoSecret(redactor, "things", position)).not.toThrow();
    },
  );

  test.each([
    ["hunter22", ""],
    [{ next: "https://api.example/?page=2&key=hunter22" }, "next"],
    [{ pages: [{ at: 1 }, { at: "hunter22" }] }, "pages[1].at"],
    [{ tokens: { hunter22: 1 } }, "tokens.[redacted]"],
  ])("names where %j holds a secret, and not the secret", (position, at) => {
    let thrown: unknown;
    try {
      assertNoSecret(redactor, "things", position);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: "ABI_VIOLATION", details: { object: "things", at } });
    expect(JSON.stringify(thrown)).not.toContain("hunter22");
  });
});

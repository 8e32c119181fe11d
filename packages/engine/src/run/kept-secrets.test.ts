import { Redactor } from "@dativo/protocol";
import { describe, expect, test } from "vitest";
import { assertFiles, assertPosition } from "./kept-secrets.js";

const redactor = new Redactor();
redactor.add("hunter22");

describe("assertPosition", () => {
  test.each([null, 7, "page 2", { cursor: "2026-01-01", keys: ["a", "b"] }, []])(
    "lets %j pass",
    (position) => {
      expect(() => assertPosition(redactor, "things", position)).not.toThrow();
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
      assertPosition(redactor, "things", position);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({
      code: "ABI_VIOLATION",
      details: { at },
      message: expect.stringContaining("things"),
    });
    expect(JSON.stringify(thrown)).not.toContain("hunter22");
  });
});

test("the description of a file is held to the same", () => {
  expect(() => assertFiles(redactor, "things", [{ path: "out/a.jsonl", record_count: 3 }])).not.toThrow();
  expect(() =>
    assertFiles(redactor, "things", [{ path: "out/a" }, { path: "https://host/a?sig=hunter22" }]),
  ).toThrow(expect.objectContaining({ code: "ABI_VIOLATION", details: { at: "[1].path" } }));
});

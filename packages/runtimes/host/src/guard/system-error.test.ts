import { expect, it } from "vitest";
import { systemErrorCode } from "./system-error.js";

const systemError = (code: string, more: object = {}) => Object.assign(new Error(code), { code, ...more });

it.each([
  ["reader", "ENOTFOUND", "CONNECTION_FAILED"],
  ["writer", "ETIMEDOUT", "CONNECTION_FAILED"],
  ["writer", "ENOSPC", "TARGET_FULL"],
  ["writer", "EROFS", "TARGET_UNWRITABLE"],
  ["writer", "EACCES", "TARGET_UNWRITABLE"],
  ["writer", "EPERM", "TARGET_UNWRITABLE"],
  ["writer", "ENOENT", undefined],
  ["reader", "ENOENT", "SOURCE_UNREADABLE"],
  ["reader", "EACCES", "SOURCE_UNREADABLE"],
  ["reader", "ERR_INVALID_ARG_TYPE", undefined],
] as const)("a %s that meets %s failed with %s", (kind, code, expected) => {
  expect(systemErrorCode(systemError(code, { path: "/x" }), kind)).toBe(expected);
});

it("is found in the causes, and in the errors of several attempts", () => {
  expect(
    systemErrorCode(new TypeError("fetch failed", { cause: systemError("ECONNREFUSED") }), "reader"),
  ).toBe("CONNECTION_FAILED");
  expect(systemErrorCode(new AggregateError([systemError("ECONNREFUSED")]), "reader")).toBe(
    "CONNECTION_FAILED",
  );
});

it("is not found in what is no error, nor for ever in itself", () => {
  const circular = new Error("a");
  circular.cause = circular;
  expect(systemErrorCode(circular, "reader")).toBeUndefined();
  expect(systemErrorCode({ code: "ENOSPC" }, "reader")).toBeUndefined();
  expect(systemErrorCode(undefined, "reader")).toBeUndefined();
});

import { afterEach, describe, expect, it } from "vitest";
import { faultPoint, setFault } from "./fault-points.js";

afterEach(() => setFault(undefined));

describe("faultPoint", () => {
  it("does nothing unless a fault is set for it", () => {
    faultPoint("commit.before");
    setFault("commit.after:1:error");
    faultPoint("commit.before");
  });
  it("strikes at the occurrence that was set, once", () => {
    setFault("commit.before:2:error");
    faultPoint("commit.before");
    expect(() => faultPoint("commit.before")).toThrow(
      expect.objectContaining({ code: "TRANSIENT_ERROR", retryable: true }),
    );
    faultPoint("commit.before");
  });
  it("throws what a full disk throws", () => {
    setFault("write.after:1:enospc");
    expect(() => faultPoint("write.after")).toThrow(expect.objectContaining({ code: "ENOSPC" }));
  });
  it.each([
    "commit",
    "commit.before",
    "commit.before:0:kill",
    "commit.before:1:explode",
    "nowhere:1:kill",
    "commit.before:x:kill",
  ])("refuses %s", (text) => {
    expect(() => setFault(text)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

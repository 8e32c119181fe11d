import { describe, expect, it } from "vitest";
import { checkSize } from "./check-size.js";

const MEGABYTE = 1_048_576;
const file = (path: string, megabytes: number) => ({ path, contents: new Uint8Array(megabytes * MEGABYTE) });
const packed = (zipped: number, unpacked: number) => ({
  zip: new Uint8Array(zipped * MEGABYTE),
  sha256: "",
  unpackedBytes: unpacked * MEGABYTE,
});
const FILES = [
  file("lib/pandas/a.so", 3),
  file("lib/pandas/b.so", 2),
  file("lib/numpy/a.so", 4),
  file("index.mjs", 1),
];

describe("the size of a package", () => {
  it("is fine up to what the provider takes", () => {
    expect(checkSize({ provider: "aws" }, packed(50, 250), FILES)).toEqual([]);
    expect(checkSize({ provider: "aws", staging: "s3://bucket" }, packed(90, 250), FILES)).toEqual([]);
    expect(checkSize({ provider: "gcp" }, packed(100, 400), FILES)).toEqual([]);
  });

  it.each([
    [{ provider: "aws" as const }, packed(51, 100), /51\.0 MB, and AWS Lambda takes 50 MB/, /staging/],
    [{ provider: "aws" as const, staging: "s3://b" }, packed(90, 251), /251\.0 MB unpacked/, /Leave out/],
  ])("is refused beyond, with the largest parts", (execution, archive, message, hint) => {
    const refused = () => checkSize(execution, archive, FILES);
    expect(refused).toThrow(expect.objectContaining({ code: "CLOUD_PACKAGE_TOO_LARGE" }));
    expect(refused).toThrow(message);
    expect(refused).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) }));
    expect(refused).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("lib/pandas 5.0 MB, lib/numpy 4.0 MB") }),
    );
  });

  it("is doubted where the provider documents no limit", () => {
    expect(checkSize({ provider: "gcp" }, packed(101, 200), FILES)).toMatchObject([/101\.0 MB/]);
  });
});

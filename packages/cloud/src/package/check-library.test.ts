import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AwsExecution } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { targetPlatform } from "../config/target-platform.js";
import { checkLibrary } from "./check-library.js";
import { elfNeeds } from "./elf-needs.js";
import { cLibrary, libraryNeedingGlibc } from "./testing/c-library.js";

const execution = (changes: Partial<AwsExecution["aws"]> = {}, runtime = "nodejs24.x"): AwsExecution => ({
  provider: "aws",
  runtime,
  memoryMb: 512,
  timeoutSeconds: 300,
  environmentVariables: {},
  secrets: {},
  include: [],
  aws: { securityGroups: [], subnets: [], architecture: "x86_64", ...changes },
});
const LAMBDA = targetPlatform(execution());
const PLAIN = cLibrary("#include <stdlib.h>\nvoid *own(void) { return malloc(1); }");
const NEW = libraryNeedingGlibc("2.36");

function patched(library: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = library.slice();
  copy.set(bytes, at);
  return copy;
}

describe("what a library needs", () => {
  it("is read as objdump reads it", () => {
    const folder = mkdtempSync(join(tmpdir(), "dativo-elf-"));
    writeFileSync(join(folder, "a.so"), NEW);
    const text = execFileSync("objdump", ["-p", "a.so"], { cwd: folder, encoding: "utf8" });
    rmSync(folder, { recursive: true });
    const versions = [...text.matchAll(/GLIBC_(\d+)\.(\d+)/g)].map(([, major, minor]) => [+major!, +minor!]);
    const needs = elfNeeds(NEW);
    expect(needs?.libraries).toEqual([...text.matchAll(/NEEDED\s+(\S+)/g)].map(([, name]) => name));
    expect(needs?.versions.get("GLIBC")).toEqual(versions.sort((a, b) => a[1]! - b[1]!).at(-1));
  });

  it("is unknown for a file that is cut short", () => {
    for (const length of [10, 60, 200, 700]) expect(elfNeeds(PLAIN.subarray(0, length))).toBeUndefined();
  });
});

describe("a library for a function", () => {
  const refusal = (contents: Uint8Array, platform = LAMBDA) => {
    try {
      checkLibrary("libshop.so", contents, platform);
    } catch (error) {
      const { code, message, hint } = error as { code: string; message: string; hint: string };
      return `${code} ${message} ${hint}`;
    }
    return "accepted";
  };

  it("is accepted when it fits", () => {
    expect(refusal(PLAIN)).toBe("accepted");
  });

  it("is refused when it needs a newer C library", () => {
    expect(refusal(NEW)).toMatch(
      /^CLOUD_PACKAGE_FAILED libshop\.so cannot be loaded by AWS Lambda nodejs24\.x: it needs GLIBC 2\.36, and the function has 2\.34\. .*zigbuild.*x86_64-unknown-linux-gnu\.2\.34/,
    );
    expect(refusal(PLAIN, targetPlatform(execution({}, "python3.11")))).toBe("accepted");
  });

  it("is refused when it is for another processor", () => {
    const ARM = 183;
    expect(refusal(patched(PLAIN, 18, ARM, 0))).toMatch(
      /built for Linux arm64, and the function runs on Linux x64\. Write aws\.architecture: arm64/,
    );
    expect(refusal(PLAIN, targetPlatform(execution({ architecture: "arm64" })))).toMatch(
      /built for Linux x64, and the function runs on Linux arm64\. Write aws\.architecture: x86_64/,
    );
    expect(refusal(patched(PLAIN, 18, 243, 0))).toMatch(/built for Linux riscv64.*cargo build --release/);
  });

  it("is refused when it is for another system, a program, or no library", () => {
    const MAC = Uint8Array.from([0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1, 0, 0, 0, 0, 6, 0, 0, 0]);
    expect(refusal(MAC)).toMatch(/built for macOS x64.*cargo build/);
    expect(refusal(new TextEncoder().encode("#!/bin/sh\n echo no library at all"))).toMatch(
      /not a shared library/,
    );
    expect(refusal(cLibrary("int main(void) { return 0; }", ["-no-pie"]))).toMatch(/not linked as a shared/);
    expect(refusal(PLAIN.subarray(0, 700))).toMatch(/cut short/);
  });
});

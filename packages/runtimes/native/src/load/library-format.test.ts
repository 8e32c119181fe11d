import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { HEADER_BYTES, libraryFormat, libraryMismatch } from "./library-format.js";

/** Bytes with values written at offsets; numbers as little endian unless said otherwise. */
function header(parts: Readonly<Record<number, readonly number[]>>): Uint8Array {
  const bytes = new Uint8Array(512);
  for (const [at, values] of Object.entries(parts)) bytes.set(values, Number(at));
  return bytes;
}

const elf = (machine: number, type = 3, wide = true) =>
  header({ 0: [0x7f, 0x45, 0x4c, 0x46, wide ? 2 : 1, 1], 16: [type, 0], 18: [machine, 0] });
const mach = (cpu: number, type = 6) =>
  header({ 0: [0xcf, 0xfa, 0xed, 0xfe, cpu, 0, 0, 1], 12: [type, 0, 0, 0] });
const universal = header({
  0: [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2],
  8: [1, 0, 0, 7],
  28: [1, 0, 0, 0x0c],
});
const javaClass = header({ 0: [0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 52] });
const pe = (machine: readonly number[], flags = 0x20) =>
  header({ 0: [0x4d, 0x5a], 60: [0x80], 128: [0x50, 0x45, 0, 0, ...machine], 150: [0, flags] });

const LINUX = { platform: "linux", arch: "x64" } as const;

describe("libraryFormat", () => {
  it.each([
    ["Linux x64", elf(62), "Linux x64", ["x64"]],
    ["Linux arm64", elf(183), "Linux arm64", ["arm64"]],
    ["macOS x64", mach(7), "macOS x64", ["x64"]],
    ["macOS arm64", mach(12), "macOS arm64", ["arm64"]],
    ["macOS universal", universal, "macOS x64 and arm64", ["x64", "arm64"]],
    ["Windows x64", pe([0x64, 0x86]), "Windows x64", ["x64"]],
    ["Windows arm64", pe([0x64, 0xaa]), "Windows arm64", ["arm64"]],
  ])("reads a library for %s", (_name, bytes, description, architectures) => {
    expect(libraryFormat(bytes)).toMatchObject({ description, architectures, loadable: true });
  });

  it("reads the libraries that are there", () => {
    const bytes = readFileSync(process.execPath).subarray(0, HEADER_BYTES);
    expect(libraryFormat(bytes)?.architectures).toContain(process.arch);
  });

  it("takes nothing else for a library", () => {
    for (const bytes of [new Uint8Array(0), Buffer.from("#!/bin/sh\n"), javaClass, elf(62).subarray(0, 10)])
      expect(libraryFormat(bytes)).toBeUndefined();
  });
});

describe("libraryMismatch", () => {
  it.each([
    [elf(62), LINUX, undefined],
    [elf(183), { platform: "linux", arch: "arm64" }, undefined],
    [universal, { platform: "darwin", arch: "arm64" }, undefined],
    [pe([0x64, 0x86]), { platform: "win32", arch: "x64" }, undefined],
    [elf(183), LINUX, "it was built for Linux arm64, and this process runs on Linux x64"],
    [elf(62, 3, false), LINUX, "it was built for Linux x32, and this process runs on Linux x64"],
    [mach(12), LINUX, "it was built for macOS arm64, and this process runs on Linux x64"],
    [
      pe([0x64, 0x86]),
      { platform: "darwin", arch: "arm64" },
      "it was built for Windows x64, and this process runs on macOS arm64",
    ],
    [elf(62, 1), LINUX, "it is an ELF file that was not linked as a shared library"],
    [
      pe([0x64, 0x86], 0),
      { platform: "win32", arch: "x64" },
      "it is a PE file that was not linked as a shared library",
    ],
    [
      Buffer.from("not a library"),
      LINUX,
      "it is not a shared library: its header is neither ELF, Mach-O nor PE",
    ],
  ] as const)("case %#", (bytes, process, expected) => {
    expect(libraryMismatch(libraryFormat(bytes), process)).toBe(expected);
  });
});

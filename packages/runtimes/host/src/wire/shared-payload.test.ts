import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { canShare, readShared } from "./shared-payload.js";

describe.runIf(process.platform === "linux")("payloads in the memory of another process (Linux)", () => {
  let folder: string;
  let descriptor: number;
  const read = (pid: number | undefined, from: number, bytes: number) => {
    const payload = Buffer.alloc(bytes);
    readShared(pid, from, payload);
    return payload.toString();
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "dativo-shared-"));
    writeFileSync(join(folder, "payload"), "0123456789");
    descriptor = openSync(join(folder, "payload"), "r");
  });

  afterEach(() => {
    closeSync(descriptor);
    rmSync(folder, { recursive: true });
  });

  it("are read from the start of the file, as many bytes as were said", () => {
    expect(canShare(process.pid)).toBe(true);
    expect(read(process.pid, descriptor, 4)).toBe("0123");
  });

  it("that are not there are an error", () => {
    expect(() => read(process.pid, descriptor, 11)).toThrow(/has 10 of 11 bytes/);
    expect(() => read(process.pid, 9999, 1)).toThrow(/cannot be opened/);
    expect(() => read(undefined, descriptor, 1)).toThrow(/cannot be opened/);
  });

  it("are never waited for", () => {
    const device = openSync("/dev/zero", "r");
    try {
      expect(() => read(process.pid, device, 1)).toThrow(/is no file/);
    } finally {
      closeSync(device);
    }
  });

  it("are not asked for where they could not be opened", () => {
    expect(canShare(undefined)).toBe(false);
    expect(canShare(2 ** 30)).toBe(false);
  });
});

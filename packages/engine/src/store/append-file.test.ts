import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AppendFile } from "./append-file.js";
import { replaceFile } from "./durable-file.js";
import { fileError } from "./file-error.js";
import { childScript, nextMessage } from "./testing/child.js";
import { folder, rejection } from "./testing/folder.js";

describe("a file on a full disk", () => {
  it.runIf(existsSync("/dev/full"))("is TARGET_FULL, naming the path", () => {
    const file = openSync("/dev/full", "w");
    try {
      writeSync(file, "x");
      expect.unreachable();
    } catch (error) {
      expect(fileError(error, "/state/a.json", "write")).toMatchObject({
        code: "TARGET_FULL",
        retryable: true,
        message: expect.stringContaining("/state/a.json"),
        details: { system_code: "ENOSPC" },
      });
    } finally {
      closeSync(file);
    }
  });

  it.runIf(process.platform === "linux")("keeps what was whole, and nothing of what was not", async () => {
    // A limit on the size of files stops a write half-way, as a full disk does.
    const script = await childScript(`
      import { execFileSync } from "node:child_process";
      import { AppendFile } from "./append-file.js";
      import { replaceFile } from "./durable-file.js";
      process.on("SIGXFSZ", () => {});
      const [file, other] = process.argv.slice(2);
      const output = await AppendFile.open(file);
      await output.append(new Uint8Array(1000).fill(97), { sync: true });
      await replaceFile(other, "old");
      execFileSync("prlimit", ["--fsize=4096", "--pid", String(process.pid)]);
      const code = (work) => work.then(() => "fine", (error) => error.code);
      const results = [
        await code(output.append(new Uint8Array(9000).fill(98), { sync: true })),
        await code(output.append(new Uint8Array(5).fill(99), { sync: true })),
        await code(replaceFile(other, "x".repeat(9000))),
      ];
      process.send(results);
    `);
    const path = folder();
    const child = script.start(join(path, "a"), join(path, "b"));
    expect(await nextMessage(child)).toEqual(["TARGET_FULL", "fine", "TARGET_FULL"]);
    child.kill();
    script.remove();
    expect(readFileSync(join(path, "a"), "utf8")).toBe(`${"a".repeat(1000)}ccccc`);
    expect(readFileSync(join(path, "b"), "utf8")).toBe("old");
  });
});

describe("a file that cannot be written", () => {
  it("is TARGET_UNWRITABLE, naming the path", async () => {
    const path = folder();
    writeFileSync(join(path, "file"), "");
    symlinkSync(join(path, "loop"), join(path, "loop"));
    for (const bad of [join(path, "file/x"), join(path, "loop/x")]) {
      expect(await rejection(replaceFile(bad, "x"))).toMatchObject({
        code: "TARGET_UNWRITABLE",
        message: expect.stringContaining(bad),
      });
      expect((await rejection(AppendFile.open(bad))).code).toBe("TARGET_UNWRITABLE");
    }
  });

  it.each([
    ["EROFS", "TARGET_UNWRITABLE", /read-only.*STATE_DIR/],
    ["EACCES", "TARGET_UNWRITABLE", /this user may write/],
    ["EDQUOT", "TARGET_FULL", /Free some space/],
    ["EMFILE", "TRANSIENT_ERROR", /Run again/],
  ])("because of %s is %s", (system, code, hint) => {
    const error = fileError(Object.assign(new Error(system), { code: system }), "/x", "write");
    expect(error).toMatchObject({ code, details: { path: "/x", system_code: system } });
    expect(error.hint).toMatch(hint);
  });
});

describe("an append", () => {
  it("stands whole beside others that come at once", async () => {
    const file = join(folder(), "a");
    const output = await AppendFile.open(file);
    const lines = Array.from({ length: 50 }, (_, index) => `${"x".repeat(index)}\n`);
    await Promise.all(
      lines.map((line, index) => output.append(Buffer.from(line), { sync: index % 7 === 0 })),
    );
    await output.close();
    expect(readFileSync(file, "utf8")).toBe(lines.join(""));
  });

  it("begins where the file was cut to", async () => {
    const file = join(folder(), "deep/er/a");
    const first = await AppendFile.open(file);
    await first.append(Buffer.from("one\ntwo\n"), { sync: false });
    expect(first.byteLength).toBe(8);
    await first.close();
    const second = await AppendFile.open(file, 4);
    await second.append(Buffer.from("2\n"), { sync: true });
    await second.close();
    expect(readFileSync(file, "utf8")).toBe("one\n2\n");
  });
});

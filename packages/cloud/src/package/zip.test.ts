import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { archive } from "./zip.js";

const folder = mkdtempSync(join(tmpdir(), "dativo-zip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string, text: string, executable = false) => ({
  path,
  contents: new TextEncoder().encode(text),
  executable,
});
const FILES = [
  file("index.mjs", "export {};".repeat(100)),
  file("a/run", "#!/bin/sh\n", true),
  file("é.txt", "é"),
];

describe("an archive", () => {
  it("is the same for the same files in any order", () => {
    const { sha256, unpackedBytes } = archive(FILES);
    expect(archive([...FILES].reverse()).sha256).toBe(sha256);
    expect(unpackedBytes).toBe(1000 + 10 + 2);
    expect(archive([...FILES, file("b", "")]).sha256).not.toBe(sha256);
  });

  it("is the same in every time zone and on every Node", () => {
    // The digest is pinned: a change of the packer makes every function of every user be deployed anew.
    expect(archive(FILES).sha256).toBe("edc411212046fc535dcf45c639b93795d63e8283ff4b46cb8ce91280f2dda1ec");
    const script = `
      import { archive } from ${JSON.stringify(new URL("../../dist/package/zip.js", import.meta.url).href)};
      const contents = new TextEncoder().encode("text");
      console.log(archive([{ path: "a", contents }]).sha256);`;
    const digests = ["UTC", "Asia/Tokyo", "America/St_Johns"].map((TZ) =>
      execFileSync(process.execPath, ["--input-type=module", "-e", script], {
        env: { ...process.env, TZ },
        encoding: "utf8",
      }),
    );
    expect(new Set(digests).size).toBe(1);
  });

  it("is unpacked by others, with its programs executable", () => {
    writeFileSync(join(folder, "a.zip"), archive(FILES).zip);
    execFileSync("unzip", ["-q", "a.zip"], { cwd: folder });
    expect(readFileSync(join(folder, "é.txt"), "utf8")).toBe("é");
    expect(statSync(join(folder, "a/run")).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, "index.mjs")).mode & 0o777).toBe(0o644);
  });
});

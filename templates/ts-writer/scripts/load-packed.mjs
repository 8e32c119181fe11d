// Installs the packed plugin into an empty folder and reads it from there, as whoever installs it from npm will.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const { name } = JSON.parse(readFileSync("package.json", "utf8"));
const packed = readdirSync(".").filter((file) => file.endsWith(".tgz"));
if (packed.length !== 1) throw new Error(`expected one packed file here, found ${packed.length}`);

const folder = mkdtempSync(join(tmpdir(), "packed-"));
try {
  copyFileSync(resolve(packed[0]), join(folder, "plugin.tgz"));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "./plugin.tgz"], {
    cwd: folder,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  const check = `import plugin from ${JSON.stringify(name)}; if (plugin === undefined) throw new Error("no default export");`;
  execFileSync(process.execPath, ["--input-type=module", "--eval", check], { cwd: folder, stdio: "inherit" });
  console.log(`${name} loads from its packed file`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

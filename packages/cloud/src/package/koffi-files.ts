import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { TargetPlatform } from "../config/target-platform.js";
import type { PackageFile } from "./function-host.js";
import { packageFailed } from "./package-failed.js";

const COMPILED = { x86_64: "koffi-linux-x64", arm64: "koffi-linux-arm64" } as const;
const COMPILED_FOLDER = { x86_64: "linux_x64", arm64: "linux_arm64" } as const;

/**
 * The parts of koffi that load shared libraries on a function's machine, below `koffi/`.
 *
 * @throws DativoError `CLOUD_PACKAGE_FAILED` when the part for that machine is not installed on this one
 */
export function koffiFiles({ architecture }: TargetPlatform): PackageFile[] {
  const { resolve } = createRequire(import.meta.url);
  const koffi = dirname(resolve("koffi"));
  const compiled = `@koromix/${COMPILED[architecture]}`;
  return [
    ...filesOf(koffi, "koffi", [
      "package.json",
      "index.cjs",
      "src/koffi/index.cjs",
      "src/koffi/src/static.cjs",
      "LICENSE.txt",
    ]),
    ...filesOf(compiledFolder(compiled, koffi), compiled, [
      "package.json",
      "index.js",
      `${COMPILED_FOLDER[architecture]}/koffi.node`,
    ]),
  ];
}

function compiledFolder(name: string, koffi: string): string {
  try {
    return dirname(createRequire(join(koffi, "package.json")).resolve(name));
  } catch (cause) {
    const { version } = JSON.parse(readFileSync(join(koffi, "package.json"), "utf8"));
    const [os, cpu] = name.split("-").slice(-2);
    throw packageFailed(
      `Shared libraries are loaded by koffi, whose part for ${os} ${cpu} is not installed here.`,
      `Install it beside Dativo: npm install --no-save --force ${name}@${version}`,
      { package: name },
      cause,
    );
  }
}

function filesOf(folder: string, name: string, paths: readonly string[]): PackageFile[] {
  return paths.map((path) => ({
    path: `koffi/node_modules/${name}/${path}`,
    contents: readFileSync(join(folder, path)),
  }));
}

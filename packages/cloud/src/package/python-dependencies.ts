import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Interpreter } from "@dativo/runtime-python";
import type { TargetPlatform } from "../config/target-platform.js";
import { folderFiles } from "./folder-files.js";
import type { PackageFile } from "./function-host.js";
import { packageFailed } from "./package-failed.js";
import { runPython } from "./python-interpreter.js";
import type { PythonRequirements } from "./python-requirements.js";

/** Folder of a package that holds what a Python plugin depends on. */
export const LIBRARIES = "lib";

/** The oldest C library that wheels are built for. */
const OLDEST_GLIBC = 17;

/** Members of a distribution's folder that say how it came here, which differs between machines. */
const TRACES = /\.dist-info\/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json)$/;

/** What is installed, and for what. */
export interface DependencyRequest {
  readonly requirements: PythonRequirements;
  readonly interpreter: Interpreter;
  /** The runtime's version of Python, such as `3.13`. */
  readonly pythonVersion: string;
  readonly platform: TargetPlatform;
  /** Absolute folder that keeps what was installed before. */
  readonly cache: string;
  readonly signal: AbortSignal;
  readonly onProgress: (step: string) => void;
}

/**
 * Installs requirements for the function's machine and Python, from wheels only, and returns the files.
 *
 * What was installed once for the same requirements is taken again, so that open versions do not move by themselves.
 *
 * @throws DativoError `CLOUD_PACKAGE_FAILED` with what pip said
 */
export async function pythonDependencies(request: DependencyRequest): Promise<PackageFile[]> {
  const { requirements, platform, pythonVersion, cache, onProgress } = request;
  if (!requirements.lines.some((line) => !line.startsWith("-") || /^(-r|--requirement)\b/.test(line)))
    return [];
  const key = createHash("sha256")
    .update(JSON.stringify([requirements.lines, pythonVersion, platform.architecture, platform.glibc]))
    .digest("hex")
    .slice(0, 16);
  const folder = join(cache, "python", key);
  if (!existsSync(folder)) {
    onProgress(`installing ${requirements.file} for Python ${pythonVersion}`);
    await install(folder, request);
  }
  return folderFiles(folder, LIBRARIES, (path) => !TRACES.test(path) && !path.startsWith("bin/"));
}

async function install(folder: string, request: DependencyRequest): Promise<void> {
  const { requirements, interpreter, pythonVersion, platform, signal } = request;
  mkdirSync(join(folder, ".."), { recursive: true });
  const staging = mkdtempSync(`${folder}.`);
  const list = join(staging, "requirements.txt");
  const target = join(staging, "lib");
  writeFileSync(list, `${requirements.lines.join("\n")}\n`);
  mkdirSync(target);
  try {
    await runPython(
      interpreter,
      [
        ...["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-compile"],
        ...["--only-binary=:all:", "--implementation", "cp", "--python-version", pythonVersion],
        ...wheelPlatforms(platform).flatMap((name) => ["--platform", name]),
        ...["--target", target, "--requirement", list],
      ],
      signal,
    );
    // Whoever else installed the same meanwhile has the same.
    if (!existsSync(folder)) renameSync(target, folder);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    throw installFailed(thrown as Error & { stderr?: string }, request);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** Names of the platforms whose wheels a machine takes, the most recent first. */
function wheelPlatforms({ architecture, glibc: [, minor] }: TargetPlatform): string[] {
  const machine = architecture === "arm64" ? "aarch64" : "x86_64";
  const versions = Array.from({ length: minor - OLDEST_GLIBC + 1 }, (_, index) => minor - index);
  return [
    ...versions.map((version) => `manylinux_2_${version}_${machine}`),
    `manylinux2014_${machine}`,
    `linux_${machine}`,
  ];
}

function installFailed(error: Error & { stderr?: string }, request: DependencyRequest): Error {
  const { requirements, interpreter, pythonVersion, platform } = request;
  const said = (error.stderr ?? "").trim().split("\n").slice(-4).join("\n");
  if (/No module named pip/.test(said))
    return packageFailed(
      `${requirements.file} cannot be installed: ${interpreter.command} has no pip.`,
      `Install it: ${interpreter.command} -m ensurepip`,
      { file: requirements.file },
      error,
    );
  const noWheel = /No matching distribution found for (\S+)/.exec(said)?.[1];
  return packageFailed(
    `${requirements.file} cannot be installed for ${platform.title}: ${said || error.message}`,
    noWheel === undefined
      ? "See what pip says; PIP_INDEX_URL and the like are honoured."
      : `There must be a wheel of ${noWheel} for Python ${pythonVersion} on Linux ${platform.architecture}; see which versions have one, or choose another runtime.`,
    { file: requirements.file },
    error,
  );
}

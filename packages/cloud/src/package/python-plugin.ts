import { readFileSync, realpathSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { fileCandidates, isFile, pluginNotFound } from "@dativo/runtime-host";
import { findInterpreter, type Interpreter } from "@dativo/runtime-python";
import { targetPlatform } from "../config/target-platform.js";
import type { PackageFile } from "./function-host.js";
import { packageFailed } from "./package-failed.js";
import { type PluginPackage, type PluginSource, projectPath } from "./plugin-package.js";
import { LIBRARIES, pythonDependencies } from "./python-dependencies.js";
import { askPython } from "./python-interpreter.js";
import { type PythonRequirements, pythonRequirements } from "./python-requirements.js";

/** What a plugin imports. */
interface Imports {
  /** Absolute paths of files of the project. */
  readonly files: readonly string[];
  /** Top-level names that are not the project's: where they are first imported, and whether they may be missing. */
  readonly foreign: Readonly<Record<string, { readonly place: string; readonly optional: boolean }>>;
}

/** Packages that AWS puts into its Python runtimes. */
const IN_LAMBDA: ReadonlySet<string> = new Set(["boto3", "botocore", "s3transfer", "jmespath", "dateutil"]);

/**
 * Packages a Python plugin: the files of the project that it imports, and its locked dependencies.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, `CLOUD_PACKAGE_FAILED`
 */
export async function packagePythonPlugin(source: PluginSource): Promise<PluginPackage> {
  const { plugin, execution, projectRoot, signal, onProgress } = source;
  const { kind, reference } = plugin;
  const root = realpathSync(projectRoot);
  const file = locate(source);
  const base = file.startsWith(root + sep) ? root : dirname(file);
  const interpreter = findInterpreter({ named: source.python, projectRoot, env: process.env });
  const imports = await importsOf(interpreter, file, base, reference.text, signal);
  const requirements = await pythonRequirements(file, base, interpreter, signal);
  const dependencies = await pythonDependencies({
    requirements,
    interpreter,
    pythonVersion: pythonVersion(execution.runtime),
    platform: targetPlatform(execution),
    cache: join(projectRoot, ".dativo", "cloud"),
    signal,
    onProgress,
  });
  assertPresent(imports, dependencies, requirements, execution.provider === "aws");
  const { unpinned } = requirements;
  return {
    plugin: {
      kind,
      reference: reference.text,
      language: "python",
      entry: projectPath(file, base),
      name: reference.exportName,
    },
    files: [
      ...imports.files.map((path) => ({ path: projectPath(path, base), contents: readFileSync(path) })),
      ...dependencies,
    ],
    notices:
      unpinned.length === 0
        ? []
        : [
            `${requirements.file} leaves versions open (${unpinned.slice(0, 3).join(", ")}${unpinned.length > 3 ? ", …" : ""}); other machines may package others. Pin them with ==.`,
          ],
  };
}

function locate({ plugin: { reference }, projectRoot, searchPaths }: PluginSource): string {
  const tried = fileCandidates(reference.location, { projectRoot, searchPaths });
  const found = tried.find(isFile);
  if (found !== undefined) return realpathSync(found);
  throw pluginNotFound(reference, {
    tried,
    folders: tried.map((path) => dirname(path)),
    isPlugin: (name) => name.endsWith(".py"),
    projectRoot,
  });
}

async function importsOf(
  interpreter: Interpreter,
  file: string,
  root: string,
  reference: string,
  signal: AbortSignal,
): Promise<Imports> {
  try {
    return await askPython<Imports>(interpreter, "trace_imports.py", [file, root], signal);
  } catch (thrown) {
    if (signal.aborted) throw thrown;
    const said = ((thrown as { stderr?: string }).stderr ?? "").trim().split("\n").slice(-4).join("\n");
    throw packageFailed(
      `${reference} cannot be read: ${said || (thrown as Error).message}`,
      "Mend the file at the place named.",
      { reference },
      thrown,
    );
  }
}

/** Refuses a plugin whose imports will fail inside the function. */
function assertPresent(
  { foreign }: Imports,
  dependencies: readonly PackageFile[],
  { file }: PythonRequirements,
  inLambda: boolean,
): void {
  const present = new Set(
    dependencies.map(
      ({ path }) =>
        path
          .slice(LIBRARIES.length + 1)
          .split("/")[0]
          ?.split(".")[0],
    ),
  );
  for (const [name, { place, optional }] of Object.entries(foreign)) {
    if (optional || present.has(name) || (inLambda && IN_LAMBDA.has(name))) continue;
    throw packageFailed(
      `${place} imports ${name}, which ${file === undefined ? "no requirements.txt or pyproject.toml lists" : `${file} does not bring`}.`,
      `List what has ${name} in ${file ?? "a requirements.txt beside the plugin"}, with its version.`,
      { module: name },
    );
  }
}

/** The version that a runtime's name stands for: `python3.13` and `python313` are 3.13. */
function pythonVersion(runtime: string): string {
  const [, minor = ""] = /^python3\.?(\d+)$/.exec(runtime) ?? [];
  return `3.${minor}`;
}

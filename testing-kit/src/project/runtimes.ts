import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { DativoError, type PluginReference, type PluginRuntime } from "@dativo/protocol";
import { createNodeRuntime, sharedPackage } from "@dativo/runtime-node";

/** Runtimes of other languages, used when they are installed. */
const OPTIONAL = ["@dativo/runtime-native", "@dativo/runtime-python"];

/** What plugins import that the kit has in memory anyway: they are loaded often, and Node never lets a copy go. */
const SHARED = ["@dativo/protocol", "@dativo/sdk", "zod"].map((name) =>
  sharedPackage(name, fileURLToPath(import.meta.resolve(name))),
);

/**
 * The language hosts that are installed: Node always, others where the project or the kit has them.
 *
 * @param projectRoot Folder whose packages are looked at first
 */
export async function installedRuntimes(projectRoot: string): Promise<PluginRuntime[]> {
  const here = dirname(fileURLToPath(import.meta.url));
  const runtimes: PluginRuntime[] = [];
  for (const name of OPTIONAL) {
    const runtime = await optionalRuntime(name, [projectRoot, here]);
    if (runtime !== undefined) runtimes.push(runtime);
  }
  // Asked last: it takes any name that could be one of a package.
  return [...runtimes, createNodeRuntime({ fallbackResolveFrom: [here], shared: SHARED })];
}

async function optionalRuntime(name: string, folders: readonly string[]): Promise<PluginRuntime | undefined> {
  for (const folder of folders) {
    let entry: string;
    try {
      entry = createRequire(join(folder, "package.json")).resolve(name);
    } catch {
      continue; // not installed there
    }
    const module = (await import(pathToFileURL(entry).href)) as Record<string, unknown>;
    const create = Object.entries(module).find(([key]) => /^create\w*Runtime$/.test(key))?.[1];
    if (typeof create === "function") return create() as PluginRuntime;
  }
  return undefined;
}

/** @throws DativoError `PLUGIN_NOT_FOUND` */
export function runtimeFor(reference: PluginReference, runtimes: readonly PluginRuntime[]): PluginRuntime {
  const runtime = runtimes.find((candidate) => candidate.handles(reference));
  if (runtime !== undefined) return runtime;
  throw new DativoError({
    code: "PLUGIN_NOT_FOUND",
    message: `No installed runtime loads ${reference.text}.`,
    hint: `Runtimes: ${runtimes.map(({ name }) => name).join(", ")}. Others: npm install -D ${OPTIONAL.join(" ")}`,
    details: { reference: reference.text },
  });
}

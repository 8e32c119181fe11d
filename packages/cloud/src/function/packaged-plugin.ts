import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { assertContractVersion, DativoError, parsePluginReference } from "@dativo/protocol";
import type { LoadedPlugin, PluginLoader, Wire } from "@dativo/runtime-host";
import { type FunctionManifest, MANIFEST_FILE, type PackagedPlugin } from "../package/function-manifest.js";

/** A package as the host inside it sees it. */
export interface OpenPackage {
  readonly load: PluginLoader;
  /** Absolute folder of the project's files. */
  readonly projectRoot: string;
}

/** Reads the manifest of the package whose top is this folder. */
export function openPackage(top: string): OpenPackage {
  const manifest: FunctionManifest = JSON.parse(readFileSync(join(top, MANIFEST_FILE), "utf8"));
  return {
    projectRoot: join(top, manifest.project),
    load: async (params, { log }) => {
      const plugin = packaged(manifest, params);
      const reference = parsePluginReference(plugin.reference);
      const entry = join(top, plugin.entry);
      if (plugin.language === "native") {
        const { loadNativePlugin } = await import("@dativo/runtime-native/load");
        const library = parsePluginReference(`${entry}:${plugin.name}`);
        return loadNativePlugin(library, {
          projectRoot: dirname(entry),
          searchPaths: [],
          kind: plugin.kind,
          log,
        });
      }
      return await moduleOf(entry, { ...reference, exportName: plugin.name });
    },
  };
}

/** The plugin that a `load` call names; a package without a second one needs no name. */
function packaged({ plugins }: FunctionManifest, { reference, kind }: Wire): PackagedPlugin {
  const found = plugins.find(
    (plugin) => plugin.reference === reference && (kind === undefined || plugin.kind === kind),
  );
  if (found !== undefined) return found;
  throw new DativoError({
    code: "PLUGIN_NOT_FOUND",
    message: `The function holds ${plugins.map((plugin) => plugin.reference).join(" and ")}, and was asked for ${String(reference)}.`,
    hint: "Deploy the job again with dativo cloud deploy.",
    details: { reference, plugins: plugins.map((plugin) => plugin.reference) },
  });
}

async function moduleOf(
  entry: string,
  reference: ReturnType<typeof parsePluginReference>,
): Promise<LoadedPlugin> {
  const { pickExport } = await import("@dativo/runtime-node");
  let module: Readonly<Record<string, unknown>>;
  try {
    module = await import(pathToFileURL(entry).href);
  } catch (cause) {
    throw new DativoError({
      code: "PLUGIN_LOAD_FAILED",
      message: `${reference.text} cannot be loaded inside the function: ${cause instanceof Error ? cause.message : String(cause)}`,
      details: { reference: reference.text },
      cause,
    });
  }
  const plugin = pickExport(module, reference);
  assertContractVersion({ name: `Plugin "${plugin.spec.name}"`, api: plugin.spec.api });
  return { plugin, sources: [entry] };
}

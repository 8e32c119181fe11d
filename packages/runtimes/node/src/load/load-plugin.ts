import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { assertContractVersion, type LogRecord, type PluginReference, type Redactor } from "@dativo/protocol";
import { CallGuard, installHostGuards, type LoadedPlugin } from "@dativo/runtime-host";
import { buildError, isBuildFailure } from "./build-failure.js";
import type { PackageSearch } from "./bundle.js";
import { cachedBundle } from "./bundle-cache.js";
import { checkDeclaredContract } from "./declared-contract.js";
import { locatePlugin, type SearchOptions } from "./locate-plugin.js";
import { pickExport } from "./pick-export.js";
import { isTypeScriptPath } from "./reference-form.js";

/** How a plugin is loaded into this process. */
export interface LoadOptions extends SearchOptions, PackageSearch {
  /** Seconds its top level may take. */
  readonly timeoutSeconds: number;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
}

/** How often the import of a module has failed; a further attempt needs another address, as Node keeps the failure. */
const failures = new Map<string, number>();

/**
 * Loads a plugin into this process.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, `PLUGIN_EXPORT_NOT_FOUND`, `PLUGIN_INVALID`,
 * `PLUGIN_VERSION_INCOMPATIBLE`, `PLUGIN_TIMEOUT`
 */
export async function loadPlugin(reference: PluginReference, options: LoadOptions): Promise<LoadedPlugin> {
  installHostGuards();
  const { file, installed } = await locatePlugin(reference, options);
  checkDeclaredContract(file);
  const { path, sources } =
    installed && !isTypeScriptPath(file)
      ? { path: file, sources: [file] }
      : await bundled(file, reference, options);
  const plugin = pickExport(await importModule(path, sources, reference, options), reference);
  assertContractVersion({ name: `Plugin "${plugin.spec.name}"`, api: plugin.spec.api });
  return { plugin, sources };
}

async function bundled(file: string, reference: PluginReference, options: LoadOptions) {
  try {
    return await cachedBundle(file, options);
  } catch (error) {
    if (isBuildFailure(error)) throw buildError(error, reference, dirname(file), options.projectRoot);
    throw error;
  }
}

async function importModule(
  path: string,
  sources: readonly string[],
  reference: PluginReference,
  options: LoadOptions,
): Promise<Readonly<Record<string, unknown>>> {
  process.setSourceMapsEnabled(true);
  const url = pathToFileURL(path);
  const failed = failures.get(url.href) ?? 0;
  if (failed > 0) url.searchParams.set("attempt", String(failed));
  const guard = new CallGuard({
    plugin: reference.text,
    kind: undefined,
    limits: { timeoutSeconds: options.timeoutSeconds },
    log: options.log,
    redactor: options.redactor,
    sources: new Set(sources),
    fallback: "PLUGIN_LOAD_FAILED",
  });
  try {
    return await guard.run("load", new AbortController().signal, () => import(url.href));
  } catch (error) {
    failures.set(pathToFileURL(path).href, failed + 1);
    throw error;
  } finally {
    guard.end();
  }
}

import { DativoError, type LogRecord, type PluginReference, type PluginSpec } from "@dativo/protocol";
import type { LoadedPlugin, PluginSearch } from "@dativo/runtime-host";
import { takeCrashNotes } from "../call/crash-note.js";
import { v1Plugin } from "../v1/v1-plugin.js";
import { v1Kinds } from "../v1/v1-symbols.js";
import { locateLibrary } from "./locate-library.js";
import { NativeLibrary } from "./native-library.js";

/** How a native plugin is loaded into this process. */
export interface NativeLoading extends PluginSearch {
  /** What it is to be used as, when the library holds both. */
  readonly kind?: PluginSpec["kind"] | undefined;
  readonly log: (record: LogRecord) => void;
}

/**
 * Loads a native plugin into this process.
 *
 * @throws DativoError `PLUGIN_NOT_FOUND`, `PLUGIN_LOAD_FAILED`, `PLUGIN_EXPORT_NOT_FOUND`, `PLUGIN_INVALID`
 */
export function loadNativePlugin(reference: PluginReference, loading: NativeLoading): LoadedPlugin {
  const { projectRoot, log } = loading;
  for (const { plugin, call, file } of takeCrashNotes(projectRoot))
    log({
      level: "warn",
      source: plugin,
      message: `A run before this one ended inside ${call} of plugin "${plugin}" (${file}): the library aborted or crashed, or the process was killed. With plugins.sandbox.enabled: true the run survives, and says why.`,
    });
  const library = NativeLibrary.load(locateLibrary(reference, loading));
  const kind = v1Kind(library, reference, loading.kind);
  return { plugin: v1Plugin(library, reference, kind, loading), sources: [library.file] };
}

/** Which kind of plugin is meant: the one the library has, the one the creator's name says, or the one that is asked for. */
function v1Kind(
  library: NativeLibrary,
  reference: PluginReference,
  wanted: PluginSpec["kind"] | undefined,
): PluginSpec["kind"] {
  const kinds = v1Kinds(library);
  const named = (["reader", "writer"] as const).find((kind) => reference.exportName.includes(kind));
  const [only] = kinds;
  if (only === undefined)
    throw new DativoError({
      code: "PLUGIN_EXPORT_NOT_FOUND",
      message: `${library.file} has neither the symbol extract_batch of a native reader nor the symbol write_batch of a native writer.`,
      hint: 'Export the functions of the plugin without name mangling: #[no_mangle] pub extern "C" fn extract_batch.',
      details: { reference: reference.text },
    });
  if (kinds.length === 1) return only;
  return named ?? wanted ?? only;
}

import { DativoError, type LogRecord, type PluginReference, type PluginSpec } from "@dativo/protocol";
import type { LoadedPlugin, PluginSearch } from "@dativo/runtime-host";
import { takeCrashNotes } from "../call/crash-note.js";
import { v1Plugin } from "../v1/v1-plugin.js";
import { v1Kinds } from "../v1/v1-symbols.js";
import { v2Plugin } from "../v2/v2-plugin.js";
import { type V2Table, v2Table } from "../v2/v2-table.js";
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
  const table = V2_NAMES.has(reference.exportName) ? v2Table(library) : undefined;
  const plugin =
    table === undefined
      ? v1Plugin(library, reference, v1Kind(library, reference, loading.kind), loading)
      : v2Plugin(library, table, reference, v2Kind(table, reference, loading.kind));
  return { plugin, sources: [library.file] };
}

/** Names behind the colon that stand for the plugin of a library of ABI v2; others are creators of ABI v1. */
const V2_NAMES: ReadonlySet<string> = new Set(["create_reader", "create_writer", "default"]);

/** Which kind of plugin is meant: the one that the name says, the only one there is, or the one that is asked for. */
function v2Kind(
  { kinds }: V2Table,
  reference: PluginReference,
  wanted: PluginSpec["kind"] | undefined,
): PluginSpec["kind"] {
  const named = kinds.find((kind) => reference.exportName === `create_${kind}`);
  const [only] = kinds;
  if (only === undefined || (named === undefined && reference.exportName !== "default"))
    throw new DativoError({
      code: "PLUGIN_EXPORT_NOT_FOUND",
      message: `${reference.location} has no ${reference.exportName.replace("create_", "")}.`,
      hint:
        only === undefined ? "Export a reader or a writer." : `Write ${reference.location}:create_${only}`,
      details: { reference: reference.text, kinds },
    });
  return named ?? kinds.find((kind) => kind === wanted) ?? only;
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

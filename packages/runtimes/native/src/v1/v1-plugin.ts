import {
  CONTRACT_VERSION,
  DativoError,
  type LogRecord,
  type Plugin,
  type PluginReference,
  type PluginSpec,
} from "@dativo/protocol";
import { CallNote } from "../call/crash-note.js";
import { pluginName } from "../load/library-names.js";
import type { NativeLibrary } from "../load/native-library.js";
import { V1Reader } from "./v1-reader.js";
import { v1Symbols } from "./v1-symbols.js";
import { V1Writer } from "./v1-writer.js";

/** The plugin of a library of ABI v1, which says nothing of itself. */
export function v1Plugin(
  library: NativeLibrary,
  reference: PluginReference,
  kind: PluginSpec["kind"],
  surroundings: { readonly projectRoot: string; readonly log: (record: LogRecord) => void },
): Omit<Plugin, "close"> {
  const symbols = v1Symbols(library, reference, kind, surroundings.log);
  const { exportName } = reference;
  const name = pluginName(library.file);
  const note = (projectRoot: string) => CallNote.open(projectRoot, { plugin: name, file: library.file });
  const wrongKind = (other: string) =>
    new DativoError({ code: "PLUGIN_INVALID", message: `"${reference.text}" is a ${kind}, not a ${other}.` });
  return {
    spec: {
      name,
      kind,
      version: "0.0.0+abi.1",
      api: CONTRACT_VERSION,
      description: `A native ${kind} of ABI v1.`,
      ...(kind === "reader"
        ? { yields: ["json"] }
        : { accepts: ["json"], modes: ["append"], idempotentCommit: false }),
    },
    openReader: async (open) => {
      if (kind !== "reader") throw wrongKind("reader");
      return new V1Reader(symbols, exportName, open, note(open.host.projectRoot));
    },
    openWriter: async (open) => {
      if (kind !== "writer") throw wrongKind("writer");
      return new V1Writer(symbols, exportName, open, note(open.host.projectRoot));
    },
  };
}

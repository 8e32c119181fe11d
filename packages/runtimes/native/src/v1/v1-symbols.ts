import type { Pointer } from "@dativo/columnar";
import { DativoError, type LogRecord, type PluginReference } from "@dativo/protocol";
import type { NativeFunction, NativeLibrary } from "../load/native-library.js";

type Instance = Pointer;
type Text = Pointer;
type In = Uint8Array;

/** The functions of ABI v1; pointers are null where C has a null pointer. */
export interface V1Symbols {
  readonly create: NativeFunction<[input: In], Instance | null>;
  /** `extract_batch`, of readers. */
  readonly extractBatch: NativeFunction<[reader: Instance], Text | null>;
  /** `write_batch`, of writers. */
  readonly writeBatch: NativeFunction<[writer: Instance, input: In], Text | null>;
  /** `free_reader` or `free_writer`; a plugin without it is left to the end of the process. */
  readonly freeInstance: NativeFunction<[instance: Instance], void> | undefined;
  readonly freeString: NativeFunction<[text: Text], void> | undefined;
}

/** What each kind of plugin has beside its creator. */
const FUNCTIONS = {
  reader: { work: "extract_batch", free: "free_reader" },
  writer: { work: "write_batch", free: "free_writer" },
} as const;

/** Which kind of plugin a library of ABI v1 has, as far as its symbols tell. */
export function v1Kinds(library: NativeLibrary): ("reader" | "writer")[] {
  return (["reader", "writer"] as const).filter((kind) => library.has(FUNCTIONS[kind].work));
}

/**
 * Finds the functions of a plugin.
 *
 * The functions that free may be missing, as the existing platform loads such plugins too; their memory is then lost.
 *
 * @throws DativoError `PLUGIN_EXPORT_NOT_FOUND` naming the symbol that is missing
 */
export function v1Symbols(
  library: NativeLibrary,
  reference: PluginReference,
  kind: "reader" | "writer",
  log: (record: LogRecord) => void,
): V1Symbols {
  const { work, free } = FUNCTIONS[kind];
  const create = library.optional<[In], Instance | null>(reference.exportName, "void*", ["void*"]);
  if (create === undefined) throw missingCreator(library, reference, kind);
  const args = kind === "reader" ? ["void*"] : ["void*", "void*"];
  const worker = library.optional<[Instance, In], Text | null>(work, "void*", args);
  if (worker === undefined) throw missing(library, reference, work, kind);
  const freeInstance = library.optional<[Instance], void>(free, "void", ["void*"]);
  const freeString = library.optional<[Text], void>("free_string", "void", ["void*"]);
  for (const [symbol, found, lost] of [
    [free, freeInstance, `each ${kind}`],
    ["free_string", freeString, "each text"],
  ] as const)
    if (found === undefined)
      log({
        level: "warn",
        source: reference.text,
        message: `${library.file} has no symbol ${symbol}, so the memory of ${lost} it returns is never freed.`,
      });
  return {
    create,
    extractBatch: worker as unknown as V1Symbols["extractBatch"],
    writeBatch: worker,
    freeInstance,
    freeString,
  };
}

function missingCreator(
  library: NativeLibrary,
  reference: PluginReference,
  kind: "reader" | "writer",
): DativoError {
  const usual = [`create_${kind}`, "create_reader", "create_writer"].find((symbol) => library.has(symbol));
  return new DativoError({
    code: "PLUGIN_EXPORT_NOT_FOUND",
    message: `${library.file} has no symbol ${reference.exportName}.`,
    hint:
      usual === undefined
        ? `Export the function that creates the ${kind} without name mangling: #[no_mangle] pub extern "C" fn ${reference.exportName}.`
        : `Write ${reference.location}:${usual}`,
    details: { reference: reference.text, symbol: reference.exportName },
  });
}

function missing(
  library: NativeLibrary,
  reference: PluginReference,
  symbol: string,
  kind: "reader" | "writer",
): DativoError {
  return new DativoError({
    code: "PLUGIN_EXPORT_NOT_FOUND",
    message: `${library.file} has no symbol ${symbol}, which every native ${kind} exports.`,
    hint: `Export it without name mangling: #[no_mangle] pub extern "C" fn ${symbol}.`,
    details: { reference: reference.text, symbol },
  });
}

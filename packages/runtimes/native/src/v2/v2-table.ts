import { copyFromPointer, loadKoffi, type Pointer } from "@dativo/columnar";
import { DativoError, type PluginSpec } from "@dativo/protocol";
import type { NativeFunction, NativeLibrary } from "../load/native-library.js";

type Instance = Pointer;
type Out = ArrayBufferView;
type In = Uint8Array;

/** The one symbol that a library of ABI v2 exports. */
export const V2_SYMBOL = "dativo_plugin_v2";

/** The version of the ABI that is spoken here. */
const HOST_ABI = 2;

/** The functions of `DativoPluginV2`; see `crates/dativo-plugin/src/abi.rs`, which defines them. */
export interface V2Table {
  readonly kinds: readonly PluginSpec["kind"][];
  readonly spec: NativeFunction<[kind: number, out: Out], number>;
  readonly open: NativeFunction<[kind: number, request: In, size: number, instance: Out, out: Out], number>;
  readonly call: NativeFunction<
    [instance: Instance, operation: In, operationSize: number, request: In, size: number, out: Out],
    number
  >;
  readonly next: NativeFunction<[instance: Instance, event: Out, error: Out], number> | undefined;
  readonly write:
    | NativeFunction<
        [instance: Instance, request: In, size: number, schema: Out, array: Out, out: Out],
        number
      >
    | undefined;
  readonly cancel: NativeFunction<[instance: Instance], void>;
  readonly takeLogs: NativeFunction<[instance: Instance, out: Out], number> | undefined;
  readonly close: NativeFunction<[instance: Instance], void>;
  readonly freeBuffer: NativeFunction<[buffer: Out], void>;
  readonly shareArray: NativeFunction<[array: Out, other: Out], void> | undefined;
}

/** Result and arguments of each function, in the order of the table. */
const FUNCTIONS = [
  ["spec", "int32", ["uint32", "void*"]],
  ["open", "int32", ["uint32", "void*", "uint64", "void*", "void*"]],
  ["call", "int32", ["void*", "void*", "uint64", "void*", "uint64", "void*"]],
  ["next", "int32", ["void*", "void*", "void*"]],
  ["write", "int32", ["void*", "void*", "uint64", "void*", "void*", "void*"]],
  ["cancel", "void", ["void*"]],
  ["takeLogs", "int32", ["void*", "void*"]],
  ["close", "void", ["void*"]],
  ["freeBuffer", "void", ["void*"]],
  ["shareArray", "void", ["void*", "void*"]],
] as const;

const OPTIONAL: ReadonlySet<string> = new Set(["next", "write", "takeLogs", "shareArray"]);
/** Functions at the end that a table may be too short for. */
const ADDED = 1;

/** Words before the functions: size; version and kinds. */
const HEAD_WORDS = 2;
const TABLE_BYTES = (HEAD_WORDS + FUNCTIONS.length - ADDED) * 8;

/** Bits of `kinds`, and what the functions are given for a kind. */
export const KIND_BITS = { reader: 1, writer: 2 } as const satisfies Record<PluginSpec["kind"], number>;

/**
 * Reads the table of a library that has one.
 *
 * @throws DativoError `PLUGIN_VERSION_INCOMPATIBLE` when the library speaks no version that is spoken here,
 * `PLUGIN_INVALID` when its table is not one
 */
export function v2Table(library: NativeLibrary): V2Table | undefined {
  const entry = library.optional<[hostAbi: number], Pointer | null>(V2_SYMBOL, "void*", ["uint32"]);
  if (entry === undefined) return undefined;
  const pointer = entry(HOST_ABI);
  if (pointer === null) throw incompatible(library, "another version");
  const head = new BigUint64Array(HEAD_WORDS);
  copyFromPointer(head, pointer, HEAD_WORDS * 8);
  const size = Number(head[0]);
  const version = Number((head[1] as bigint) & 0xffffffffn);
  const bits = Number((head[1] as bigint) >> 32n);
  if (version !== HOST_ABI) throw incompatible(library, `version ${version}`);
  if (size < TABLE_BYTES)
    throw invalid(library, `the table of its functions has ${size} bytes instead of ${TABLE_BYTES}`);
  const addresses = new BigUint64Array(FUNCTIONS.length);
  const known = Math.min(size, (HEAD_WORDS + FUNCTIONS.length) * 8);
  copyFromPointer(addresses, pointer + BigInt(HEAD_WORDS * 8), known - HEAD_WORDS * 8);
  const functions = FUNCTIONS.map(([name, result, args], index) => {
    const address = addresses[index] as Pointer;
    if (address !== 0n) return [name, functionAt(address, result, args)] as const;
    if (OPTIONAL.has(name)) return [name, undefined] as const;
    throw invalid(library, `its function ${name} is missing`);
  });
  const kinds = (["reader", "writer"] as const).filter((kind) => (bits & KIND_BITS[kind]) !== 0);
  return { kinds, ...Object.fromEntries(functions) } as unknown as V2Table;
}

function functionAt(address: Pointer, result: string, args: readonly string[]): unknown {
  const koffi = loadKoffi();
  return koffi.decode(address, koffi.proto(result, [...args]));
}

function incompatible(library: NativeLibrary, version: string): DativoError {
  return new DativoError({
    code: "PLUGIN_VERSION_INCOMPATIBLE",
    message: `${library.file} speaks ${version} of the native ABI; this Dativo speaks version ${HOST_ABI}.`,
    hint: "Build the plugin with a version of the dativo-plugin crate that fits this Dativo, or upgrade Dativo.",
    details: { file: library.file },
  });
}

function invalid(library: NativeLibrary, problem: string): DativoError {
  return new DativoError({
    code: "PLUGIN_INVALID",
    message: `${library.file} is not a plugin of the native ABI ${HOST_ABI}: ${problem}.`,
    hint: "Build it against the dativo_plugin.h of this version.",
    details: { file: library.file },
  });
}

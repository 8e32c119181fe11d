import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DativoError } from "@dativo/protocol";
import { loadKoffi } from "../native/koffi.js";
import type { Pointer } from "../native/memory.js";

type Handle = Pointer;
type Out = ArrayBufferView;
type In = ArrayBufferView;

/** A native function; `async` runs it on a thread of libuv's pool. */
export interface NativeFunction<Args extends unknown[], Result> {
  (...args: Args): Result;
  async(...args: [...Args, (error: unknown, result: Result) => void]): void;
}

/** The functions of DuckDB's C API that are used here. */
export interface DuckDbLibrary {
  createConfig: NativeFunction<[config: Out], number>;
  setConfig: NativeFunction<[config: Handle, name: string, value: string], number>;
  destroyConfig: NativeFunction<[config: Out], void>;
  open: NativeFunction<[path: In | null, database: Out, config: Handle, error: Out], number>;
  close: NativeFunction<[database: Out], void>;
  connect: NativeFunction<[database: Handle, connection: Out], number>;
  disconnect: NativeFunction<[connection: Out], void>;
  interrupt: NativeFunction<[connection: Handle], void>;
  free: NativeFunction<[pointer: Handle], void>;

  query: NativeFunction<[connection: Handle, sql: In, result: Out], number>;
  prepare: NativeFunction<[connection: Handle, sql: In, statement: Out], number>;
  prepareError: NativeFunction<[statement: Handle], string | null>;
  destroyPrepare: NativeFunction<[statement: Out], void>;
  parameterCount: NativeFunction<[statement: Handle], number>;
  columnCount: NativeFunction<[statement: Handle], number>;
  columnName: NativeFunction<[statement: Handle, column: number], Pointer>;
  columnLogicalType: NativeFunction<[statement: Handle, column: number], Handle>;
  statementType: NativeFunction<[statement: Handle], number>;
  executeStreaming: NativeFunction<[statement: Handle, result: Out], number>;
  extract: NativeFunction<[connection: Handle, sql: In, statements: Out], number>;
  extractError: NativeFunction<[statements: Handle], string | null>;
  prepareExtracted: NativeFunction<
    [connection: Handle, statements: Handle, index: number, statement: Out],
    number
  >;
  destroyExtracted: NativeFunction<[statements: Out], void>;
  pending: NativeFunction<[statement: Handle, pending: Out], number>;
  pendingError: NativeFunction<[pending: Handle], string | null>;
  executeTask: NativeFunction<[pending: Handle], number>;
  executePending: NativeFunction<[pending: Handle, result: Out], number>;
  destroyPending: NativeFunction<[pending: Out], void>;
  destroyResult: NativeFunction<[result: Out], void>;
  resultError: NativeFunction<[result: Out], string | null>;
  resultColumnCount: NativeFunction<[result: Out], number>;
  resultColumnName: NativeFunction<[result: Out, column: number], string>;
  resultColumnType: NativeFunction<[result: Out, column: number], Handle>;
  rowsChanged: NativeFunction<[result: Out], number>;
  fetchChunk: NativeFunction<[result: unknown], Handle | null>;
  chunkSize: NativeFunction<[chunk: Handle], number>;
  destroyChunk: NativeFunction<[chunk: Out], void>;

  bindNull: NativeFunction<[statement: Handle, index: number], number>;
  bindBoolean: NativeFunction<[statement: Handle, index: number, value: boolean], number>;
  bindInt64: NativeFunction<[statement: Handle, index: number, value: bigint | number], number>;
  bindDouble: NativeFunction<[statement: Handle, index: number, value: number], number>;
  bindText: NativeFunction<[statement: Handle, index: number, value: In, bytes: number], number>;
  bindBlob: NativeFunction<[statement: Handle, index: number, value: In, bytes: number], number>;
  bindTimestampTz: NativeFunction<[statement: Handle, index: number, micros: unknown], number>;

  typeId: NativeFunction<[type: Handle], number>;
  typeAlias: NativeFunction<[type: Handle], Pointer>;
  decimalWidth: NativeFunction<[type: Handle], number>;
  decimalScale: NativeFunction<[type: Handle], number>;
  listChild: NativeFunction<[type: Handle], Handle>;
  arrayChild: NativeFunction<[type: Handle], Handle>;
  structCount: NativeFunction<[type: Handle], number>;
  structName: NativeFunction<[type: Handle, index: number], Pointer>;
  structChild: NativeFunction<[type: Handle, index: number], Handle>;
  destroyType: NativeFunction<[type: Out], void>;

  arrowOptions: NativeFunction<[connection: Handle, options: Out], void>;
  destroyArrowOptions: NativeFunction<[options: Out], void>;
  chunkToArrow: NativeFunction<[options: Handle, chunk: Handle, array: Out], Handle | null>;
  arrowArrayScan: NativeFunction<
    [connection: Handle, name: In, schema: Out, array: Out, stream: Out],
    number
  >;
  destroyArrowStream: NativeFunction<[stream: Out], void>;
  errorMessage: NativeFunction<[error: Handle], string | null>;
  destroyError: NativeFunction<[error: Out], void>;

  /** Decodes the structure that `fetchChunk` takes by value. */
  resultStructure(result: Uint8Array): unknown;
}

/** Size of the C structure `duckdb_result`, in bytes. */
export const RESULT_BYTES = 48;

let library: DuckDbLibrary | undefined;

/** Loads the shared library of DuckDB, once. */
export function loadDuckDbLibrary(): DuckDbLibrary {
  library ??= bind();
  return library;
}

/** Stack below which DuckDB's planner overflows on deeply nested statements, in bytes. */
const MIN_STACK_BYTES = 1024 * 1024;

function bind(): DuckDbLibrary {
  const koffi = loadKoffi();
  if ((koffi.config().async_stack_size ?? 0) < MIN_STACK_BYTES)
    throw new DativoError({
      code: "DUCKDB_ERROR",
      message:
        "Another module has loaded a native library through koffi, with stacks that are too small for DuckDB.",
      hint: "Get koffi from loadKoffi() of @dativo/columnar, or call koffi.config({ async_stack_size: 8388608 }) before the first koffi.load().",
    });
  const native = koffi.load(locate());
  const result = koffi.struct({
    a: "uint64",
    b: "uint64",
    c: "uint64",
    d: "uint64",
    e: "uint64",
    f: "uint64",
  });
  const timestamp = koffi.struct({ micros: "int64" });
  type Type = string | typeof result;
  const fn = <F>(name: string, returns: Type, args: Type[]): F =>
    native.func(name, returns, args) as unknown as F;
  const ptr = "void*";
  const u64 = "uint64";
  return {
    createConfig: fn("duckdb_create_config", "int", [ptr]),
    setConfig: fn("duckdb_set_config", "int", [ptr, "str", "str"]),
    destroyConfig: fn("duckdb_destroy_config", "void", [ptr]),
    open: fn("duckdb_open_ext", "int", [ptr, ptr, ptr, ptr]),
    close: fn("duckdb_close", "void", [ptr]),
    connect: fn("duckdb_connect", "int", [ptr, ptr]),
    disconnect: fn("duckdb_disconnect", "void", [ptr]),
    interrupt: fn("duckdb_interrupt", "void", [ptr]),
    free: fn("duckdb_free", "void", [ptr]),

    query: fn("duckdb_query", "int", [ptr, ptr, ptr]),
    prepare: fn("duckdb_prepare", "int", [ptr, ptr, ptr]),
    prepareError: fn("duckdb_prepare_error", "str", [ptr]),
    destroyPrepare: fn("duckdb_destroy_prepare", "void", [ptr]),
    parameterCount: fn("duckdb_nparams", u64, [ptr]),
    columnCount: fn("duckdb_prepared_statement_column_count", u64, [ptr]),
    columnName: fn("duckdb_prepared_statement_column_name", ptr, [ptr, u64]),
    columnLogicalType: fn("duckdb_prepared_statement_column_logical_type", ptr, [ptr, u64]),
    statementType: fn("duckdb_prepared_statement_type", "int", [ptr]),
    executeStreaming: fn("duckdb_execute_prepared_streaming", "int", [ptr, ptr]),
    extract: fn("duckdb_extract_statements", u64, [ptr, ptr, ptr]),
    extractError: fn("duckdb_extract_statements_error", "str", [ptr]),
    prepareExtracted: fn("duckdb_prepare_extracted_statement", "int", [ptr, ptr, u64, ptr]),
    destroyExtracted: fn("duckdb_destroy_extracted", "void", [ptr]),
    pending: fn("duckdb_pending_prepared", "int", [ptr, ptr]),
    pendingError: fn("duckdb_pending_error", "str", [ptr]),
    executeTask: fn("duckdb_pending_execute_task", "int", [ptr]),
    executePending: fn("duckdb_execute_pending", "int", [ptr, ptr]),
    destroyPending: fn("duckdb_destroy_pending", "void", [ptr]),
    destroyResult: fn("duckdb_destroy_result", "void", [ptr]),
    resultError: fn("duckdb_result_error", "str", [ptr]),
    resultColumnCount: fn("duckdb_column_count", u64, [ptr]),
    resultColumnName: fn("duckdb_column_name", "str", [ptr, u64]),
    resultColumnType: fn("duckdb_column_logical_type", ptr, [ptr, u64]),
    rowsChanged: fn("duckdb_rows_changed", u64, [ptr]),
    fetchChunk: fn("duckdb_fetch_chunk", ptr, [result]),
    chunkSize: fn("duckdb_data_chunk_get_size", u64, [ptr]),
    destroyChunk: fn("duckdb_destroy_data_chunk", "void", [ptr]),

    bindNull: fn("duckdb_bind_null", "int", [ptr, u64]),
    bindBoolean: fn("duckdb_bind_boolean", "int", [ptr, u64, "bool"]),
    bindInt64: fn("duckdb_bind_int64", "int", [ptr, u64, "int64"]),
    bindDouble: fn("duckdb_bind_double", "int", [ptr, u64, "double"]),
    bindText: fn("duckdb_bind_varchar_length", "int", [ptr, u64, ptr, u64]),
    bindBlob: fn("duckdb_bind_blob", "int", [ptr, u64, ptr, u64]),
    bindTimestampTz: fn("duckdb_bind_timestamp_tz", "int", [ptr, u64, timestamp]),

    typeId: fn("duckdb_get_type_id", "int", [ptr]),
    typeAlias: fn("duckdb_logical_type_get_alias", ptr, [ptr]),
    decimalWidth: fn("duckdb_decimal_width", "uint8", [ptr]),
    decimalScale: fn("duckdb_decimal_scale", "uint8", [ptr]),
    listChild: fn("duckdb_list_type_child_type", ptr, [ptr]),
    arrayChild: fn("duckdb_array_type_child_type", ptr, [ptr]),
    structCount: fn("duckdb_struct_type_child_count", u64, [ptr]),
    structName: fn("duckdb_struct_type_child_name", ptr, [ptr, u64]),
    structChild: fn("duckdb_struct_type_child_type", ptr, [ptr, u64]),
    destroyType: fn("duckdb_destroy_logical_type", "void", [ptr]),

    arrowOptions: fn("duckdb_connection_get_arrow_options", "void", [ptr, ptr]),
    destroyArrowOptions: fn("duckdb_destroy_arrow_options", "void", [ptr]),
    chunkToArrow: fn("duckdb_data_chunk_to_arrow", ptr, [ptr, ptr, ptr]),
    arrowArrayScan: fn("duckdb_arrow_array_scan", "int", [ptr, ptr, ptr, ptr, ptr]),
    destroyArrowStream: fn("duckdb_destroy_arrow_stream", "void", [ptr]),
    errorMessage: fn("duckdb_error_data_message", "str", [ptr]),
    destroyError: fn("duckdb_destroy_error_data", "void", [ptr]),

    resultStructure: (bytes) => koffi.decode(bytes, result),
  };
}

const FILE_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  win32: "duckdb.dll",
  darwin: "libduckdb.dylib",
};

/** Finds the shared library in the platform package that `@duckdb/node-bindings` depends on. */
function locate(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@duckdb/node-bindings-${platform}${runsOnMusl() ? "-musl" : ""}`;
  try {
    const bindings = createRequire(import.meta.url).resolve("@duckdb/node-bindings/package.json");
    const manifest = createRequire(bindings).resolve(`${name}/package.json`);
    return join(dirname(manifest), FILE_NAMES[process.platform] ?? "libduckdb.so");
  } catch (cause) {
    throw new DativoError({
      code: "DUCKDB_ERROR",
      message: `The embedded DuckDB is not installed for ${platform}: the package ${name} is missing.`,
      hint: "Install again without --omit=optional; DuckDB comes as an optional dependency of each platform.",
      cause,
    });
  }
}

function runsOnMusl(): boolean {
  if (process.platform !== "linux") return false;
  try {
    return readFileSync("/usr/bin/ldd", "latin1").includes("musl");
  } catch {
    return false;
  }
}

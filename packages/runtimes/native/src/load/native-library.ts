import { closeSync, openSync, readSync } from "node:fs";
import { loadKoffi } from "@dativo/columnar";
import { DativoError } from "@dativo/protocol";
import { HEADER_BYTES, libraryFormat, libraryMismatch } from "./library-format.js";

type Handle = ReturnType<ReturnType<typeof loadKoffi>["load"]>;

/** A native function; `async` runs it on a thread of libuv's pool. */
export interface NativeFunction<Args extends unknown[], Result> {
  (...args: Args): Result;
  async(...args: [...Args, (error: unknown, result: Result) => void]): void;
}

/** A shared library that is loaded into this process. */
export class NativeLibrary {
  private constructor(
    /** Absolute path. */
    readonly file: string,
    private readonly handle: Handle,
  ) {}

  /**
   * Loads a library.
   *
   * @throws DativoError `PLUGIN_LOAD_FAILED` saying for which platform the file is, or what it needs that is missing
   */
  static load(file: string): NativeLibrary {
    const mismatch = libraryMismatch(libraryFormat(readHeader(file)), process);
    if (mismatch !== undefined)
      throw loadFailed(file, `${mismatch}.`, "Build it for this platform, and name that file in the job.");
    try {
      return new NativeLibrary(file, loadKoffi().load(file));
    } catch (cause) {
      throw unloadable(file, cause);
    }
  }

  has(symbol: string): boolean {
    try {
      this.handle.symbol(symbol);
      return true;
    } catch {
      return false;
    }
  }

  /** A function of the library, by the C types of its result and arguments; undefined when there is none of that name. */
  optional<Args extends unknown[], Result>(
    symbol: string,
    result: string,
    args: readonly string[],
  ): NativeFunction<Args, Result> | undefined {
    return this.has(symbol)
      ? (this.handle.func(symbol, result, [...args]) as unknown as NativeFunction<Args, Result>)
      : undefined;
  }
}

function readHeader(file: string): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES);
  const fd = openSync(file, "r");
  try {
    return header.subarray(0, readSync(fd, header));
  } finally {
    closeSync(fd);
  }
}

function unloadable(file: string, cause: unknown): DativoError {
  const reason = (cause as Error).message.replace(/^Failed to load shared library: /, "");
  const dependency = /^(\S+): cannot open shared object file|Library not loaded: (\S+)/.exec(reason);
  const missing = dependency?.[1] ?? dependency?.[2];
  if (missing !== undefined)
    return loadFailed(
      file,
      `it needs the library ${missing}, which the system does not find.`,
      `Install what has ${missing}, or name its folder in the environment variable LD_LIBRARY_PATH before Dativo starts.`,
      cause,
    );
  const symbol = /undefined symbol: (\S+)|symbol not found in flat namespace '?_?([^'\s]+)/.exec(reason);
  const undefinedSymbol = symbol?.[1] ?? symbol?.[2];
  if (undefinedSymbol !== undefined)
    return loadFailed(
      file,
      `it uses the symbol ${undefinedSymbol}, which no library that it is linked with has.`,
      "Link the plugin with the library that defines the symbol.",
      cause,
    );
  return loadFailed(file, `${reason}.`, undefined, cause);
}

function loadFailed(file: string, reason: string, hint?: string, cause?: unknown): DativoError {
  return new DativoError({
    code: "PLUGIN_LOAD_FAILED",
    message: `The library ${file} cannot be loaded: ${reason}`,
    hint,
    details: { file },
    cause,
  });
}

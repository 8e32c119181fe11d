import { createRequire } from "node:module";

type Koffi = typeof import("koffi");

const MEBIBYTE = 1024 * 1024;

let loaded: Koffi | undefined;

/**
 * Loads koffi, set up so that native code gets a stack of its usual size.
 *
 * Calls made through koffi run on stacks that koffi allocates; its default for asynchronous calls is 128 KiB,
 * which a query planner overflows. Whoever loads a native library should get koffi from here, because the
 * sizes can only be set before the first library is loaded.
 *
 * @example
 * const library = loadKoffi().load("/usr/lib/libexample.so");
 */
export function loadKoffi(): Koffi {
  if (loaded === undefined) {
    const koffi = createRequire(import.meta.url)("koffi") as Koffi;
    try {
      koffi.config({ sync_stack_size: 8 * MEBIBYTE, async_stack_size: 8 * MEBIBYTE });
    } catch {
      // Somebody loaded a library before; their sizes hold.
    }
    loaded = koffi;
  }
  return loaded;
}

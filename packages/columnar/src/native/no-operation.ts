import { loadKoffi } from "./koffi.js";
import type { Pointer } from "./memory.js";

let address: Pointer | undefined;

/** Address of a native function that may be called with anything and does nothing that somebody notices. */
export function noOperation(): Pointer {
  if (address === undefined) {
    const koffi = loadKoffi();
    const isWindows = process.platform === "win32";
    const library = koffi.load(isWindows ? "ucrtbase.dll" : null);
    address = koffi.address(library.symbol(isWindows ? "_getpid" : "getpid"));
  }
  return address;
}

import { loadKoffi } from "../native/koffi.js";
import type { Pointer } from "../native/memory.js";

type Prototype = ReturnType<ReturnType<typeof loadKoffi>["proto"]>;

let prototype: Prototype | undefined;

/** Calls the release function of an Arrow structure, if it has one left. */
export function callRelease(release: Pointer, structure: Pointer | BigUint64Array): void {
  if (release === 0n) return;
  const koffi = loadKoffi();
  prototype ??= koffi.proto("void", ["void*"]);
  koffi.call(release, prototype, structure);
}

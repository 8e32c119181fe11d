import { loadKoffi } from "@dativo/columnar";
import { parsePluginReference } from "@dativo/protocol";
import type { AbiFinding, ProbeMessage, ProbeRequest } from "./probe-request.js";
import { tryV1 } from "./v1-trial.js";
import { tryV2 } from "./v2-trial.js";

/** A shared library whose functions are called without a runtime between. */
export type RawLibrary = ReturnType<ReturnType<typeof loadKoffi>["load"]>;

/** Where a trial says what it does and what it found. */
export interface TrialLog {
  step(step: string): void;
  found(about: AbiFinding["about"], what: string): void;
}

/** Names behind the colon that stand for the plugin of a library of ABI v2. */
const V2_NAMES = new Set(["create_reader", "create_writer", "default"]);

/** Calls the functions of a library as a host does, and as no host should. */
export function tryAbi(request: ProbeRequest, send: (message: ProbeMessage) => void): void {
  const { exportName, location } = parsePluginReference(request.reference);
  const library = loadKoffi().load(request.loading.library ?? location);
  const abi = V2_NAMES.has(exportName) && hasSymbol(library, "dativo_plugin_v2") ? 2 : 1;
  send({ type: "finding", abi, finding: undefined });
  const log: TrialLog = {
    step: (step) => send({ type: "step", step }),
    found: (about, what) => send({ type: "finding", abi, finding: { about, what } }),
  };
  if (abi === 1) tryV1(library, exportName, request, log);
  else tryV2(library, request, log);
}

/** Whether a library exports a symbol. */
export function hasSymbol(library: RawLibrary, symbol: string): boolean {
  try {
    library.symbol(symbol);
    return true;
  } catch {
    return false;
  }
}

/** What hosts never send, and plugins must survive: each with what it is called. */
export const HOSTILE_INPUTS: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ["a text that is not JSON", Buffer.from('{"connection": ')],
  ["an empty object", Buffer.from("{}")],
  ["an empty text", Buffer.from("")],
];

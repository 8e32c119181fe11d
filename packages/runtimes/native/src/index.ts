export { type LedgerEntry, type LedgerKind, nativeLedger } from "./call/ledger.js";
export { createNativeRuntime } from "./native-runtime.js";

export { type LedgerEntry, type LedgerKind, nativeLedger } from "./call/ledger.js";
export { keepStandardOutput } from "./call/standard-output.js";
export { HEADER_BYTES, type LibraryFormat, libraryFormat } from "./load/library-format.js";
export { locateLibrary } from "./load/locate-library.js";
export { createNativeRuntime } from "./native-runtime.js";

export { BUILTIN_READER_TYPES, BUILTIN_WRITER_TYPES, builtinReaders, builtinWriters, type BuiltinPlugin } from "./builtin.js";

export {
  BUILTIN_READER_TYPES,
  BUILTIN_WRITER_TYPES,
  type BuiltinPlugin,
  builtinReaders,
  builtinWriters,
} from "./builtin.js";

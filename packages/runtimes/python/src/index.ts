export { findInterpreter, type Interpreter, type InterpreterSearch } from "./find-interpreter.js";
export { type InterpreterFacts, probeInterpreter } from "./probe-interpreter.js";
export { createPythonRuntime, type PythonPlugin, type PythonRuntime } from "./python-runtime.js";

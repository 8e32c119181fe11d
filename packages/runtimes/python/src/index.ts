export { findInterpreter, type Interpreter, type InterpreterSearch } from "./find-interpreter.js";
export { createPythonRuntime, isPythonPath, type PythonPlugin } from "./python-runtime.js";

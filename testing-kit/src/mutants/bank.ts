import type { Mutant } from "./mutant.js";
import { NATIVE_MUTANTS } from "./native-mutants.js";
import { PYTHON_MUTANTS } from "./python-mutants.js";
import { READER_FAULT_MUTANTS } from "./reader-fault-mutants.js";
import { READER_MUTANTS } from "./reader-mutants.js";
import { WRITER_MUTANTS } from "./writer-mutants.js";

/** Plugins that are wrong on purpose; each names the check that must fail for it. */
export const MUTANTS: readonly Mutant[] = [
  ...READER_MUTANTS,
  ...READER_FAULT_MUTANTS,
  ...WRITER_MUTANTS,
  ...NATIVE_MUTANTS,
  ...PYTHON_MUTANTS,
];

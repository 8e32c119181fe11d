import { type Mutant, mutantOf } from "./mutant.js";

const v1 = mutantOf("rust-reader-v1");
const v2 = mutantOf("rust-reader-v2");
const writer = mutantOf("rust-writer-v2");

/** Native plugins that break a promise about their ABI, their memory or their process. */
export const NATIVE_MUTANTS: readonly Mutant[] = [
  // ABI v1
  mutantOf("rust-reader-lean")("v1-no-free-string", "R9.symbols", "has no free_string"),
  v1("v1-frees-nothing", "R9.ledger", "its free_string frees nothing"),
  v1("v1-static-text", "R9.ledger", "returns a static text, which the host then frees"),
  v1("v1-same-text-twice", "R9.ledger", "returns a text that the host has freed already"),
  v1("v1-unwraps-configuration", "R9.hostile", "unwraps what parsing its configuration gives"),
  v1("v1-frees-null", "R9.hostile", "frees a reader without looking whether there is one"),
  v1("v1-latin-1", "R3.reads", "hands over text in Latin-1"),
  v1("v1-trailing-comma", "R3.reads", "writes JSON by hand, with a comma too many"),
  v1("v1-repeats-the-last", "R3.reads", "returns its last record for ever"),
  v1("v1-heeds-no-objects", "R7.subset", "reads everything for every object"),
  v1("v1-shares-position", "R5.two-at-once", "keeps its position in a static variable"),
  v1("v1-prints", "R0.stdout", "prints its progress"),

  // ABI v2
  v2("v2-any-version", "R9.version", "answers its table to hosts of every version"),
  v2("v2-panics-through", "R9.hostile", "lets a panic cross the boundary"),
  v2("v2-silent-errors", "R9.hostile", "fails without saying why"),
  v2("v2-release-not-marked", "R9.release", "does not mark what it released"),
  v2("v2-release-frees-nothing", "R9.ledger", "marks arrays as released, and keeps their memory"),
  v2("v2-buffers-kept", "R9.ledger", "its free_buffer frees nothing"),
  v2("v2-instances-kept", "R9.ledger", "its close frees nothing"),
  v2("v2-checkpoint-first", "R4.resume", "announces the position of a batch before the batch"),
  v2("v2-ignores-state", "R4.second-run", "starts from the beginning at every run"),
  v2("v2-foreign-is-the-end", "R4.foreign", "takes a position that it does not know for the end"),
  v2("v2-unknown-is-empty", "R7.unknown", "passes over objects that it does not know"),
  v2("v2-misnames-a-type", "R8.schema", "discovers fractions as whole numbers"),

  // What both do to their process
  v1("native-changes-folder", "R0.globals", "changes the working folder"),
  v2("native-sets-variable", "R0.globals", "sets a variable for its logger"),
  v1("native-leaks-file", "R6.leaks", "leaves a file open"),
  v2("native-leaks-thread", "R6.leaks", "starts a thread that nobody ends"),
  v1("native-leaks-process", "R6.leaks", "starts a program that nobody ends"),
  v2("native-phones-home", "R0.egress", "tells its author's server about each run"),

  // Writers
  mutantOf("rust-writer-lean")("v1-writer-no-free-string", "W9.symbols", "has no free_string"),
  mutantOf("rust-writer-v1")("v1-writer-unwraps", "W9.hostile", "unwraps what parsing a batch gives"),
  writer("v2-writer-any-version", "W9.version", "answers its table to hosts of every version"),
  writer("v2-writer-panics-through", "W9.hostile", "lets a panic cross the boundary"),
  writer("v2-keeps-what-was-lent", "W9.ledger", "never releases the batches that it is given"),
  writer("v2-counts-batches", "W1.counts", "counts a batch as a record"),
  writer("v2-shows-at-once", "W2.staged", "writes where readers look"),
  writer("v2-commits-once-only", "W3.twice", "fails when a commit is repeated"),
  writer("v2-forgets-to-discard", "W4.abort", "leaves aborted files where they were staged"),
  writer("v2-writer-rounds", "W6.values", "passes integers through floating point"),
  writer("v2-writer-prints", "W0.stdout", "prints how many records it writes"),
];

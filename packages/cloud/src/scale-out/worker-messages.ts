import type { PartitionReference, Progress, RunReport } from "@dativo/engine";
import type { LogRecord, SerializedError } from "@dativo/protocol";

/** What a worker is told. */
export type ToWorker =
  | { readonly type: "run"; readonly partition: PartitionReference; readonly showsProgress: boolean }
  | { readonly type: "cancel" }
  | { readonly type: "end" };

/** What a worker tells; records never leave it this way. */
export type FromWorker =
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "log"; readonly record: LogRecord }
  | { readonly type: "report"; readonly report: RunReport }
  | { readonly type: "error"; readonly error: SerializedError };

import type { LogRecord, SerializedError } from "@dativo/protocol";
import type { RunReport } from "../report/run-report.js";
import type { Progress } from "../run/progress.js";
import type { PartitionReference } from "./coordinator.js";

/** What a worker is told; a part is meant by its name, which it keeps as long as the worker runs it. */
export type ToWorker =
  | { readonly type: "run"; readonly partition: PartitionReference; readonly showsProgress: boolean }
  | { readonly type: "cancel"; readonly part: string }
  | { readonly type: "end" };

/** What a worker tells of a part; records never leave it this way. */
export type FromWorker = { readonly part: string } & (
  | { readonly type: "progress"; readonly progress: Progress }
  | { readonly type: "log"; readonly record: LogRecord }
  | { readonly type: "report"; readonly report: RunReport }
  | { readonly type: "error"; readonly error: SerializedError }
);

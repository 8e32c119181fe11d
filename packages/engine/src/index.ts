export { type CallOptions, createEngine, type Engine, type SideCheck, type Validation } from "./engine.js";
export { assetSchema } from "./job/asset-schema.js";
export type { ConfigIssue } from "./job/config-error.js";
export { jobSchema } from "./job/job-schema.js";
export { assetJsonSchema, type JsonSchema, jobJsonSchema } from "./job/json-schema.js";
export { findProjectRoot } from "./job/project-root.js";
export { type ReadJobOptions, readJobFile, stateDirOf } from "./job/read-job-file.js";
export type {
  CheckpointPolicy,
  ErrorBudget,
  JobLogging,
  JobWarning,
  ResolvedJob,
  ResolvedSource,
  ResolvedTarget,
  RetryPolicy,
  ValidationMode,
} from "./job/resolved-job.js";
export { sharesFunction } from "./job/shared-function.js";
export {
  type Coordinator,
  endsRun,
  inlineCoordinator,
  type PartitionCall,
  type PartitionExecutor,
  type PartitionReference,
  type StepResult,
  type Steps,
} from "./partition/coordinator.js";
export { type RunsPartition, servePartitions } from "./partition/serve-partitions.js";
export { WorkerPool, type WorkerPoolOptions } from "./partition/worker-pool.js";
export type { WorkerSettings } from "./partition/worker-process.js";
export type { ModeChoice } from "./plan/choose-mode.js";
export type { ObjectPlan, Plan, PlanOptions } from "./plan/plan.js";
export type { BuiltinPlugin, Builtins, PluginListeners, PluginSources } from "./plan/plugins.js";
export {
  EXIT_CODES,
  type FunctionReport,
  type ObjectReport,
  type RunReport,
  type RunStatus,
  runReportJsonSchema,
  runReportSchema,
} from "./report/run-report.js";
export type { Progress } from "./run/progress.js";
export type { ReplayOptions } from "./run/replay.js";
export type { ExecutorNeeds, RunOptions } from "./run/run-job.js";
export { type DeadLetter, DeadLetters, type NumberedDeadLetter } from "./store/dead-letters.js";
export {
  Journal,
  type JournalRecord,
  type PrepareRecord,
  type RecordCounts,
  type StoredJournalRecord,
} from "./store/journal.js";
export type { ReplayMark } from "./store/replay-marks.js";
export { RunDirectory, type RunSummary } from "./store/run-directory.js";
export { type LockOwner, RunLock } from "./store/run-lock.js";
export { type ObjectState, StateStore } from "./store/state-store.js";
export { FAULT_POINTS, type FaultPoint, setFault } from "./testing-faults/fault-points.js";

export type {
  DeployedFunction,
  DeployOptions,
  FunctionDeployer,
  FunctionPlugin,
  FunctionRequest,
} from "./deploy/function-deployer.js";
export type {
  FunctionLimits,
  FunctionTransport,
  InvocationReport,
  InvokeOptions,
} from "./deploy/function-transport.js";
export { type LambdaEvent, lambdaEvent, lambdaFrames } from "./deploy/lambda-event.js";
export { type CloudRuntimeOptions, createCloudRuntime } from "./execution/cloud-runtime.js";
export type { RecoveryPolicy } from "./execution/recovery.js";
export type { AdmissionOptions } from "./execution/throttled-transport.js";
export type { FunctionHost, FunctionHostSource, PackageFile } from "./package/function-host.js";
export { type FunctionManifest, MANIFEST_FILE, type PackagedPlugin } from "./package/function-manifest.js";
export type { FunctionPackage } from "./package/function-package.js";
export { type RestateOptions, restateCoordinator } from "./scale-out/restate/restate-coordinator.js";
export { type RunsPartition, servePartitions } from "./scale-out/serve-partitions.js";
export { WorkerPool, type WorkerPoolOptions } from "./scale-out/worker-pool.js";
export type { WorkerSettings } from "./scale-out/worker-process.js";

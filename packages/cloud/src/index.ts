export { jobFunctions } from "./config/job-functions.js";
export {
  ASSUMED_RATES,
  type CostEstimate,
  estimateCost,
  measuredRates,
  type RecordRates,
} from "./cost/estimate.js";
export {
  type FunctionCost,
  type FunctionUse,
  functionCost,
  type PricedFunction,
  pricedFunction,
} from "./cost/function-cost.js";
export { currentPrices, type Prices } from "./cost/prices.js";
export type { CloudProvider, FunctionLogLine, FunctionSummary, Removal } from "./deploy/cloud-provider.js";
export { cloudProvider } from "./deploy/cloud-providers.js";
export { type Collected, type CollectRequest, collectFunctions } from "./deploy/collect-functions.js";
export { createDeployer } from "./deploy/create-deployer.js";
export { type DeploymentRecord, readDeploymentRecord } from "./deploy/deployment-record.js";
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
export { type FunctionPlan, planFunctions } from "./deploy/plan-functions.js";
export { type CloudRuntimeOptions, createCloudRuntime } from "./execution/cloud-runtime.js";
export type { RecoveryPolicy } from "./execution/recovery.js";
export type { AdmissionOptions } from "./execution/throttled-transport.js";
export type { FunctionHost, PackageFile } from "./package/function-host.js";
export { type FunctionManifest, MANIFEST_FILE, type PackagedPlugin } from "./package/function-manifest.js";
export type { FunctionPackage } from "./package/function-package.js";
export { packageFunction } from "./package/package-function.js";
export { type RestateOptions, restateCoordinator } from "./scale-out/restate-coordinator.js";

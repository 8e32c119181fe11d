export { CHECKS, findCheck } from "./checks/catalogue.js";
export { type Check, GROUPS, type Group, TIERS, type Tier } from "./checks/check.js";
export { checksPage } from "./checks/checks-page.js";
export { CLAUSES, type ClauseId } from "./checks/clauses.js";
export type { CloudCall } from "./cloud/cloud-call.js";
export type { CloudFault, CloudFaults, FaultChoice } from "./cloud/cloud-faults.js";
export type { CloudFunctionCounters } from "./cloud/gcp/cloud-function-counters.js";
export { type MockCloudFunctions, mockCloudFunctions } from "./cloud/gcp/mock-cloud-functions.js";
export type { MockCloudFunctionsOptions } from "./cloud/gcp/mock-cloud-functions-options.js";
export type { LambdaCounters } from "./cloud/lambda/lambda-counters.js";
export { type MockLambda, mockLambda } from "./cloud/lambda/mock-lambda.js";
export type { MockLambdaOptions, RoleGrant } from "./cloud/lambda/mock-lambda-options.js";
export { type ContractTestsOptions, contractTests, type TestRunner } from "./harness/contract-tests.js";
export {
  type Crash,
  createEngineHarness,
  type EngineHarness,
  type EngineHarnessOptions,
  type Startable,
} from "./harness/engine-harness.js";
export type { HandedPlugins } from "./harness/engine-setup.js";
export { matchers } from "./harness/matchers.js";
export {
  createReaderHarness,
  type ReaderHarness,
  type ReaderHarnessOptions,
} from "./harness/reader-harness.js";
export {
  createWriterHarness,
  type WriterHarness,
  type WriterHarnessOptions,
} from "./harness/writer-harness.js";
export type { Answer, Exchange, Fault, FaultPlan, SeenRequest } from "./http/exchange.js";
export { FaultProxy } from "./http/fault-proxy.js";
export { onAll, onRequest, status } from "./http/faults.js";
export { type MockApi, type MockApiStart, mockApi, type RunningMockApi } from "./mock/mock-api.js";
export type {
  MockAnswer,
  MockApiDefinition,
  MockAuth,
  MockPages,
  MockRequest,
  MockResource,
} from "./mock/mock-definition.js";
export { VirtualClock } from "./mock/virtual-clock.js";
export { MUTANTS } from "./mutants/bank.js";
export type { Mutant } from "./mutants/mutant.js";
export { type SelfTestOptions, type SelfTestReport, selfTest } from "./mutants/self-test.js";
export type { OpenedWriter, Staged } from "./plugin/opened-writer.js";
export type { ReadCheckpoint, Reading, ReadRecord } from "./plugin/reading.js";
export type { MockSource, ReadTarget, RunningMock, Subject } from "./plugin/subject.js";
export { findSubjects } from "./project/find-subjects.js";
export {
  defineTestConfig,
  type TestConfig,
  testConfigJsonSchema,
  testConfigSchema,
} from "./project/test-config.js";
export { REPORTERS, type Reporter, renderReport } from "./reporters/render.js";
export { runContract } from "./run/contract.js";
export {
  type CheckResult,
  type ContractReport,
  contractReportJsonSchema,
  contractReportSchema,
  REPORT_VERSION,
  type SubjectReport,
} from "./run/report.js";
export { type RunChecksOptions, runChecks, type SkippedCheck } from "./run/run-checks.js";

export type {
  FunctionLimits,
  FunctionTransport,
  InvocationReport,
  InvokeOptions,
} from "./deploy/function-transport.js";
export type { FunctionPackage } from "./package/function-package.js";

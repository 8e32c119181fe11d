export { DEFAULT_CALL_TIMEOUT_SECONDS, type GuardOptions, guardPlugin } from "./guard/guard-plugin.js";
export {
  createNodeRuntime,
  type NodePlugin,
  type NodeRuntime,
  type NodeRuntimeOptions,
} from "./node-runtime.js";
export { leakedHandles, openResources } from "./open-resources.js";

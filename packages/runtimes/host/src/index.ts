export { type ChildPluginOptions, startChildPlugin } from "./child/child-plugin.js";
export type { LoadedPlugin, PluginLoader } from "./child/plugin-operations.js";
export type { PluginProgram } from "./child/plugin-process.js";
export { type ServedPlugin, servePlugin } from "./child/serve-plugin.js";
export { CallGuard, type CallGuardOptions } from "./guard/call-guard.js";
export { describeValue } from "./guard/describe-value.js";
export { DEFAULT_CALL_TIMEOUT_SECONDS, type GuardOptions, guardPlugin } from "./guard/guard-plugin.js";
export { installHostGuards } from "./guard/host-guards.js";
export {
  type FailedSearch,
  fileCandidates,
  isFile,
  type PluginSearch,
  pluginNotFound,
} from "./load/plugin-files.js";
export { fromWire, toWire, type Wire } from "./wire/key-case.js";

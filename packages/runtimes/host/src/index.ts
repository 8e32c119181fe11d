export { type ChildPluginOptions, startChildPlugin } from "./child/child-plugin.js";
export {
  type Answer,
  type LoadedPlugin,
  type Operation,
  type PluginLoader,
  PluginOperations,
} from "./child/plugin-operations.js";
export type { PluginProgram } from "./child/plugin-process.js";
export { eventOf, incomplete } from "./child/remote-stream.js";
export { type FrameSink, type StreamCall, sendEvents } from "./child/send-events.js";
export { type ServedPlugin, servePlugin } from "./child/serve-plugin.js";
export { CallGuard, type CallGuardOptions } from "./guard/call-guard.js";
export { describeValue } from "./guard/describe-value.js";
export { DEFAULT_CALL_TIMEOUT_SECONDS, type GuardOptions, guardPlugin } from "./guard/guard-plugin.js";
export { installHostGuards } from "./guard/host-guards.js";
export { type FaultOrigin, pluginFault } from "./guard/plugin-fault.js";
export {
  type FailedSearch,
  fileCandidates,
  isFile,
  type PluginSearch,
  pluginNotFound,
} from "./load/plugin-files.js";
export { type BatchAddress, batchData, batchFrame } from "./wire/batch-frame.js";
export { protocolError } from "./wire/frame-channel.js";
export { fromWire, toWire, type Wire } from "./wire/key-case.js";

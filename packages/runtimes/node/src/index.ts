export { pickExport } from "./load/pick-export.js";
export { type PortableBundle, portableBundle } from "./load/portable-bundle.js";
export { type SharedPackage, sharedPackage } from "./load/shared-packages.js";
export {
  createNodeRuntime,
  type NodePlugin,
  type NodeRuntime,
  type NodeRuntimeOptions,
} from "./node-runtime.js";
export { leakedHandles, openResources } from "./open-resources.js";

import type { GcpExecution } from "@dativo/protocol";
import type { CloudProvider } from "../cloud-provider.js";
export declare class GcpProvider implements CloudProvider {
  constructor(gcp: GcpExecution["gcp"]);
  readonly name: "gcp";
  readonly place: string;
  ensure: CloudProvider["ensure"];
  find: CloudProvider["find"];
  list: CloudProvider["list"];
  remove: CloudProvider["remove"];
  logs: CloudProvider["logs"];
}

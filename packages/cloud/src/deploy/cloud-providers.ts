import type { CloudExecution } from "@dativo/protocol";
import type { CloudProvider } from "./cloud-provider.js";

/** The provider that an execution names; the code of each is read once it is asked for. */
export async function cloudProvider(execution: CloudExecution): Promise<CloudProvider> {
  if (execution.provider === "aws") {
    const { AwsProvider } = await import("./aws/aws-provider.js");
    return new AwsProvider(execution.aws.region);
  }
  const { GcpProvider } = await import("./gcp/gcp-provider.js");
  return new GcpProvider(execution.gcp);
}

import { packageFunction } from "../package/package-function.js";
import { cloudProvider } from "./cloud-providers.js";
import { keepDeploymentRecord } from "./deployment-record.js";
import type { FunctionDeployer } from "./function-deployer.js";

/**
 * A deployer that packages plugins and sees to it that their functions are there, at AWS or Google with the
 * credentials that their own tools find.
 *
 * @example
 * const deploy = createDeployer();
 * const { transport } = await deploy(request, { signal });
 */
export function createDeployer(): FunctionDeployer {
  return async (request, options) => {
    const packaged = await packageFunction(request, options);
    for (const notice of packaged.notices) options.onProgress?.(notice);
    const provider = await cloudProvider(request.execution);
    const deployed = await provider.ensure(request, packaged, options);
    keepDeploymentRecord(request, deployed);
    return deployed;
  };
}

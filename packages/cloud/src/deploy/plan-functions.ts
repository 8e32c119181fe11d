import { isDativoError } from "@dativo/protocol";
import type { FunctionPackage } from "../package/function-package.js";
import { packageFunction } from "../package/package-function.js";
import type { FunctionSummary } from "./cloud-provider.js";
import { cloudProvider } from "./cloud-providers.js";
import type { DeployOptions, FunctionRequest } from "./function-deployer.js";
import { functionIdentity } from "./function-identity.js";

/** What deploying a function would do. */
export interface FunctionPlan {
  readonly request: FunctionRequest;
  readonly packaged: FunctionPackage;
  readonly name: string;
  /** Where it would be, for people. */
  readonly place: string;
  /** The function as it is there; absent when there is none, or nobody could be asked. */
  readonly present?: FunctionSummary;
  /** Why nobody could be asked. */
  readonly unknown?: string;
}

/** Packages the functions of requests and looks whether they are there; changes nothing. */
export async function planFunctions(
  requests: readonly FunctionRequest[],
  options: DeployOptions,
): Promise<FunctionPlan[]> {
  const plans: FunctionPlan[] = [];
  for (const request of requests) {
    const packaged = await packageFunction(request, options);
    const { name } = functionIdentity(request, packaged);
    const provider = await cloudProvider(request.execution);
    const plan = { request, packaged, name, place: provider.place };
    try {
      const present = await provider.find(name, options.signal);
      plans.push(present === undefined ? plan : { ...plan, present });
    } catch (thrown) {
      if (!isDativoError(thrown) || options.signal.aborted) throw thrown;
      plans.push({ ...plan, unknown: thrown.message });
    }
  }
  return plans;
}

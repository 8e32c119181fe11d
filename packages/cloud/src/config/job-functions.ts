import { type ResolvedJob, sharesFunction } from "@dativo/engine";
import type { PluginReference, PluginSpec } from "@dativo/protocol";
import type { FunctionRequest } from "../deploy/function-deployer.js";

/** The functions that a job asks for: one a side that is placed in the cloud, or one that both sides share. */
export function jobFunctions(job: ResolvedJob): FunctionRequest[] {
  const { projectRoot, searchPaths, key: jobKey, redactor, source, target } = job;
  const sides: readonly [PluginSpec["kind"], PluginReference | undefined, typeof source.placement][] = [
    ["reader", source.customReader, source.placement],
    ["writer", target.customWriter, target.placement],
  ];
  const functions = sides.flatMap(([kind, reference, { cloud: execution, python }]) =>
    execution === undefined || reference === undefined
      ? []
      : [
          {
            execution,
            plugins: [{ kind, reference }] as FunctionRequest["plugins"],
            projectRoot,
            searchPaths,
            jobKey,
            redactor,
            ...(python === undefined ? {} : { python }),
          },
        ],
  );
  const [shared] = functions;
  if (shared === undefined || !sharesFunction(job)) return functions;
  const [first, ...further] = functions.flatMap(({ plugins }) => plugins);
  return first === undefined ? [] : [{ ...shared, plugins: [first, ...further] }];
}

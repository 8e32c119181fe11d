import { createHash } from "node:crypto";
import type { FunctionPackage } from "../package/function-package.js";
import type { FunctionRequest } from "./function-deployer.js";

/** What a deployed function is told apart by. */
export interface FunctionIdentity {
  /** `dativo-` and 16 hex digits, from the package and everything that is configured. */
  readonly name: string;
  /** 12 hex digits, from the job and the side of it; what functions of one job share, such as a role, is named by it. */
  readonly scope: string;
}

/** Names the function of a request, so that the same package with the same configuration has the same name. */
export function functionIdentity(request: FunctionRequest, packaged: FunctionPackage): FunctionIdentity {
  const { execution, plugins, jobKey } = request;
  const kinds = plugins.map(({ kind }) => kind).sort();
  const scope = digest([jobKey, kinds]).slice(0, 12);
  // What can be changed in a function that is there, and what only packaging needs, is not part of its name.
  const { maxConcurrency: _concurrency, include: _include, ...configuration } = execution;
  const { sha256, handler, environment } = packaged;
  return {
    name: `dativo-${digest([sha256, scope, handler, environment, configuration]).slice(0, 16)}`,
    scope,
  };
}

/** The variables that a function is given; those of the job come last. */
export function functionVariables(
  { execution, jobKey }: FunctionRequest,
  { environment }: FunctionPackage,
): Record<string, string> {
  return { ...environment, DATIVO_JOB: jobKey, ...execution.environmentVariables };
}

function digest(value: unknown): string {
  return createHash("sha256").update(canonical(value)).digest("hex");
}

/** JSON with the members of objects in the order of their names. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

import type { FunctionInput } from "./cloud-function.js";

/**
 * A resource with the fields that a mask names taken from another; all that the other has when there is no mask.
 *
 * @param mask such as `service_config.timeout_seconds,labels`, in either way of writing
 */
export function applyMask(
  present: FunctionInput,
  wanted: FunctionInput,
  mask: string | undefined,
): FunctionInput {
  const paths = mask === undefined || mask === "" ? Object.keys(wanted) : mask.split(",");
  const result = structuredClone(present) as Record<string, unknown>;
  for (const path of paths)
    copy(wanted as Record<string, unknown>, result, path.trim().split(".").map(camel));
  return result as FunctionInput;
}

function copy(
  from: Record<string, unknown>,
  to: Record<string, unknown>,
  [name, ...rest]: readonly string[],
): void {
  if (name === undefined || name === "name") return;
  if (rest.length === 0) {
    if (from[name] === undefined) delete to[name];
    else to[name] = from[name];
    return;
  }
  to[name] ??= {};
  copy((from[name] ?? {}) as Record<string, unknown>, to[name] as Record<string, unknown>, rest);
}

function camel(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

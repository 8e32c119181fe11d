/** An operation of a service, and the requests that ask for it. */
export type Route = readonly [method: string, path: RegExp, operation: string];

/** The operation that a request asks for, and the groups of its path; undefined when it is none of these. */
export function routeOf(
  routes: readonly Route[],
  method: string,
  path: string,
): { readonly operation: string; readonly groups: readonly (string | undefined)[] } | undefined {
  for (const [routed, pattern, operation] of routes) {
    const match = routed === method ? pattern.exec(path) : null;
    if (match !== null) return { operation, groups: match.slice(1) };
  }
  return undefined;
}

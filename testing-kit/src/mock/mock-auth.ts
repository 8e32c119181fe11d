import type { MockAuth } from "./mock-definition.js";

/** Whether a request carries what the API asks for. */
export function isAuthorised(
  auth: MockAuth | undefined,
  headers: Headers,
  query: URLSearchParams,
  key: string | undefined,
): boolean {
  if (auth === undefined) return true;
  const authorization = headers.get("authorization") ?? "";
  if ("bearer" in auth) return matches(/^Bearer (.+)$/.exec(authorization)?.[1], auth.bearer, key);
  if ("basic" in auth) {
    const { user, password } = auth.basic;
    return authorization === `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
  }
  const given = auth.query === undefined ? headers.get(auth.header ?? "x-api-key") : query.get(auth.query);
  return matches(given ?? undefined, auth.apiKey, key);
}

function matches(given: string | undefined, wanted: string | true, key: string | undefined): boolean {
  if (given === undefined || given === "") return false;
  if (wanted !== true) return given === wanted;
  return key === undefined || given === key;
}

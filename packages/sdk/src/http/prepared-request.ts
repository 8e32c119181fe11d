import type { Redactor } from "@dativo/protocol";
import { reveal, type Secret } from "../config/secret.js";
import type { HttpDefaults, HttpInit, QueryValue } from "./http.js";

/** A request as it will be sent. */
export interface PreparedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: RequestInit["body"] | null;
  /** Names of headers that must not reach another origin. */
  readonly credentialHeaders: readonly string[];
  /** What identifies the credential, for its rate budget. */
  readonly credential: string;
}

/** Adds defaults to defaults; headers and query parameters are merged. */
export function mergeDefaults(left: HttpDefaults, right: HttpDefaults): HttpDefaults {
  return {
    ...left,
    ...right,
    headers: { ...left.headers, ...right.headers },
    query: { ...left.query, ...right.query },
    ...(right.baseUrl === undefined || left.baseUrl === undefined
      ? {}
      : { baseUrl: joinUrl(left.baseUrl, right.baseUrl).href }),
  };
}

/** Defaults whose bearer token, if any, is known. */
export type SignedDefaults = Omit<HttpDefaults, "bearer"> & { readonly bearer?: string | Secret | undefined };

/** Asks for the bearer token where a function gives it. */
export async function signDefaults({ bearer, ...defaults }: HttpDefaults): Promise<SignedDefaults> {
  return { ...defaults, bearer: typeof bearer === "function" ? await bearer() : bearer };
}

/** Composes address, headers and body of a request, and hands its secrets to the redactor. */
export function prepareRequest(
  input: string | URL,
  init: HttpInit,
  defaults: SignedDefaults,
  redactor: Redactor,
): PreparedRequest {
  const url = joinUrl(defaults.baseUrl, input);
  const credentials = composeCredentials(defaults, redactor);
  const trusted = defaults.baseUrl === undefined || new URL(defaults.baseUrl).origin === url.origin;
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries({ ...defaults.headers, ...credentials.headers })) {
    const secret = name in credentials.headers || typeof value !== "string";
    if (secret && typeof value !== "string") redactor.add(reveal(value));
    if ((trusted || !secret) && !headers.has(name)) headers.set(name, reveal(value));
  }
  // What an address already carries, such as a link to the next page, stands above the defaults.
  const common = Object.entries({ ...defaults.query, ...(trusted ? credentials.query : {}) });
  addQuery(url, {
    ...Object.fromEntries(common.filter(([name]) => !url.searchParams.has(name))),
    ...init.query,
  });
  const hasJson = init.json !== undefined;
  if (hasJson && !headers.has("content-type")) headers.set("content-type", "application/json");
  if (!headers.has("accept")) headers.set("accept", "application/json, */*;q=0.5");
  return {
    method: (init.method ?? (hasJson ? "POST" : "GET")).toUpperCase(),
    url,
    headers,
    body: hasJson ? JSON.stringify(init.json) : (init.body ?? null),
    credentialHeaders: [
      "authorization",
      "cookie",
      "proxy-authorization",
      ...secretHeaderNames(defaults, credentials.headers),
    ],
    credential: credentials.identity,
  };
}

/** Joins an address to a base: an absolute one stands for itself, any other is appended to the base's path. */
export function joinUrl(base: string | undefined, input: string | URL): URL {
  if (base === undefined || input instanceof URL || /^[a-z][a-z0-9+.-]*:\/\//i.test(input))
    return new URL(input);
  const [path = "", ...search] = input.split(/(?=[?#])/);
  const joined = new URL(base);
  if (path !== "") joined.pathname = `${joined.pathname.replace(/\/+$/, "")}/${path.replace(/^\/+/, "")}`;
  const own = new URL(search.join(""), "http://query");
  for (const [name, value] of own.searchParams) joined.searchParams.append(name, value);
  return joined;
}

/** Adds parameters to an address; those of the same name are replaced. */
export function addQuery(url: URL, query: NonNullable<HttpInit["query"]>): void {
  for (const [name, value] of Object.entries(query)) {
    const values = (Array.isArray(value) ? value : [value]) as readonly QueryValue[];
    const present = values.filter((item) => item !== null && item !== undefined);
    if (present.length === 0) continue;
    url.searchParams.delete(name);
    for (const item of present)
      url.searchParams.append(name, item instanceof Date ? item.toISOString() : String(item));
  }
}

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly identity: string;
}

function composeCredentials({ bearer, basic, apiKey }: SignedDefaults, redactor: Redactor): Credentials {
  const headers: Record<string, string> = {};
  const query: Record<string, string> = {};
  const known = (value: string | Secret) => {
    const text = reveal(value);
    redactor.add(text);
    return text;
  };
  if (bearer !== undefined) headers.authorization = `Bearer ${known(bearer)}`;
  if (basic !== undefined) {
    const pair = Buffer.from(`${reveal(basic.username)}:${known(basic.password)}`, "utf8").toString("base64");
    redactor.add(pair);
    headers.authorization = `Basic ${pair}`;
  }
  if (apiKey !== undefined) {
    if ("header" in apiKey) headers[apiKey.header.toLowerCase()] = known(apiKey.value);
    else query[apiKey.query] = known(apiKey.value);
  }
  return { headers, query, identity: JSON.stringify([headers, query]) };
}

function secretHeaderNames(
  defaults: SignedDefaults,
  credentials: Readonly<Record<string, string>>,
): string[] {
  const secret = Object.entries(defaults.headers ?? {}).filter(([, value]) => typeof value !== "string");
  return [...Object.keys(credentials), ...secret.map(([name]) => name.toLowerCase())];
}

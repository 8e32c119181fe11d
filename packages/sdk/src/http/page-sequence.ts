import { DativoError } from "@dativo/protocol";
import type { FromPage, NextPage, ReceivedPage } from "./page-options.js";
import { addQuery } from "./prepared-request.js";

/** Where one page is. */
export interface PageAddress {
  readonly url: URL;
  /** Members added to the JSON body. */
  readonly members?: Readonly<Record<string, unknown>>;
}

/** Where the pages of a request are: the first, and each next one. */
export interface PageSequence {
  readonly first: PageAddress;
  /** Address after a page; undefined at the end. */
  next(page: ReceivedPage): PageAddress | undefined;
  /** Address of any page by its index, for styles that do not need the one before it. */
  readonly at?: (index: number) => PageAddress;
  /** Pages under way at a time. */
  readonly concurrency: number;
}

/** The sequence of pages of a style. */
export function pageSequence(start: URL, style: NextPage): PageSequence {
  switch (style.style) {
    case "link":
      return { first: { url: start }, concurrency: 1, next: (page) => nextLink(page, style.from) };
    case "cursor":
      return { first: { url: start }, concurrency: 1, next: (page) => nextCursor(start, page, style) };
    case "page":
      return numberedPages(start, style);
    case "offset":
      return offsetPages(start, style);
  }
}

type Style<Name extends NextPage["style"]> = Extract<NextPage, { readonly style: Name }>;

function nextCursor(start: URL, page: ReceivedPage, style: Style<"cursor">): PageAddress | undefined {
  const cursor = pick(page, style.from);
  if (cursor === undefined || cursor === "") return undefined;
  return style.in === "body"
    ? { url: start, members: { [style.param]: cursor } }
    : { url: withQuery(start, { [style.param]: cursor }) };
}

function numberedPages(start: URL, style: Style<"page">): PageSequence {
  const first = style.first ?? 1;
  let received = 0;
  const at = (index: number) => ({ url: withQuery(start, { [style.param]: first + index }) });
  return {
    first: at(0),
    at,
    concurrency: style.concurrency ?? 1,
    next: (page) => {
      received += 1;
      const last = style.last === undefined ? undefined : pick(page, style.last);
      return page.records.length === 0 || (last !== undefined && received >= Number(last))
        ? undefined
        : at(received);
    },
  };
}

function offsetPages(start: URL, style: Style<"offset">): PageSequence {
  const { param, limit, limitParam, total: totalFrom } = style;
  let received = 0;
  const from = (offset: number) => ({
    url: withQuery(start, { [param]: offset, ...(limitParam === undefined ? {} : { [limitParam]: limit }) }),
  });
  return {
    first: from(0),
    at: (index) => from(index * limit),
    concurrency: style.concurrency ?? 1,
    next: (page) => {
      received += page.records.length;
      const total = totalFrom === undefined ? undefined : pick(page, totalFrom);
      return page.records.length === 0 || (total !== undefined && received >= Number(total))
        ? undefined
        : from(received);
    },
  };
}

function nextLink(page: ReceivedPage, from: FromPage<string | URL> | undefined): PageAddress | undefined {
  const link = from === undefined ? linkHeader(page.response.headers.get("link")) : pick(page, from);
  return link === undefined || link === "" ? undefined : { url: new URL(link, page.response.url) };
}

function linkHeader(header: string | null): string | undefined {
  for (const [, target, parameters] of header?.matchAll(/<([^>]*)>([^<]*)/g) ?? [])
    if (/;\s*rel\s*=\s*"?(?:[^";]*\s)?next(?:\s[^";]*)?"?\s*(?:[;,]|$)/i.test(parameters ?? ""))
      return target;
  return undefined;
}

/** What a page has at a path such as `meta.next`, or what a function finds; undefined for null and nothing. */
export function pick<T>(page: ReceivedPage, from: FromPage<T>): T | undefined {
  if (typeof from === "function") return from(page) ?? undefined;
  const found = from
    .split(".")
    .reduce<unknown>(
      (value, key) =>
        typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined,
      page.body,
    );
  return (found as T | null | undefined) ?? undefined;
}

/** @throws DativoError `PLUGIN_WRONG_SHAPE` when it cannot be told where the records are */
export function recordsOf<T>(
  page: Omit<ReceivedPage, "records">,
  from: FromPage<readonly T[]> | undefined,
): readonly T[] {
  const found = from === undefined ? onlyList(page.body) : pick({ ...page, records: [] }, from);
  if (Array.isArray(found)) return found;
  const keys =
    typeof page.body === "object" && page.body !== null
      ? Object.keys(page.body).join(", ")
      : typeof page.body;
  throw new DativoError({
    code: "PLUGIN_WRONG_SHAPE",
    message: `The page has no list of records${typeof from === "string" ? ` at ${from}` : ""}; it has ${keys || "nothing"}.`,
    hint: 'Say where they are, as in records: "data.items".',
  });
}

function onlyList(body: unknown): unknown {
  if (Array.isArray(body) || typeof body !== "object" || body === null) return body;
  const lists = Object.values(body).filter(Array.isArray);
  return lists.length === 1 ? lists[0] : undefined;
}

function withQuery(url: URL, query: Parameters<typeof addQuery>[1]): URL {
  const copy = new URL(url);
  addQuery(copy, query);
  return copy;
}

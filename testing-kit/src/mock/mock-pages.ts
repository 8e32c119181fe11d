import type { Row } from "@dativo/protocol";
import type { MockAnswer, MockPages, MockResource } from "./mock-definition.js";
import type { VirtualClock } from "./virtual-clock.js";

/** Records a page has unless stated. */
const PAGE_SIZE = 100;

/** One page of a resource. */
export function pageOf(
  resource: MockResource,
  rows: readonly Row[],
  url: URL,
  clock: VirtualClock,
): MockAnswer {
  const pages: MockPages = resource.pages ?? { style: "cursor" };
  const found = rows.filter(
    (row) => isThere(resource, row, clock) && isWanted(resource, row, url.searchParams),
  );
  const limit = Number(url.searchParams.get("limit") ?? Number.NaN);
  const size =
    Number.isInteger(limit) && limit > 0
      ? Math.min(limit, pages.size ?? PAGE_SIZE)
      : (pages.size ?? PAGE_SIZE);
  const start = startOf(pages, url.searchParams, size);
  if (start === undefined) return { status: 400, body: { error: "The cursor is not one of this API." } };
  const records = found.slice(start, start + size);
  const next = start + size < found.length ? start + size : undefined;
  const member = resource.member === undefined ? "data" : resource.member;
  const body: Record<string, unknown> = { [member ?? "data"]: records };
  const headers: Record<string, string> = {};
  if (pages.style === "cursor") body[pages.member ?? "next"] = next === undefined ? null : tokenOf(next);
  if (pages.style === "link" && next !== undefined) {
    const address = new URL(url);
    address.searchParams.set("offset", String(next));
    headers.link = `<${address.pathname}${address.search}>; rel="next"`;
  }
  return { status: 200, headers, body: member === null ? records : body };
}

function isThere({ appearsAt }: MockResource, row: Row, clock: VirtualClock): boolean {
  return appearsAt === undefined || comparable(row[appearsAt]) <= clock.now();
}

function isWanted({ since }: MockResource, row: Row, query: URLSearchParams): boolean {
  const from = since === undefined ? null : query.get(since.param ?? "since");
  if (since === undefined || from === null) return true;
  const value = comparable(row[since.column]);
  const bound = comparable(from);
  return since.inclusive === false ? value > bound : value >= bound;
}

function comparable(value: unknown): number {
  if (typeof value === "number") return value;
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
}

function startOf(pages: MockPages, query: URLSearchParams, size: number): number | undefined {
  if (pages.style === "page") {
    const first = pages.first ?? 1;
    return (Number(query.get(pages.param ?? "page") ?? first) - first) * size;
  }
  if (pages.style === "cursor") {
    const token = query.get(pages.param ?? "cursor");
    return token === null ? 0 : positionOf(token);
  }
  return Number(query.get((pages.style === "offset" ? pages.param : undefined) ?? "offset") ?? 0);
}

/** A token that says nothing to who reads it. */
function tokenOf(position: number): string {
  return Buffer.from(`after:${position}`).toString("base64url");
}

function positionOf(token: string): number | undefined {
  const found = /^after:(\d+)$/.exec(Buffer.from(token, "base64url").toString());
  return found === null ? undefined : Number(found[1]);
}

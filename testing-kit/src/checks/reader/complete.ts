import type { Exchange } from "../../http/exchange.js";
import type { Baseline } from "../../plugin/baseline.js";
import { canonical } from "../../plugin/canonical.js";
import type { Reading, ReadRecord } from "../../plugin/reading.js";
import { fail } from "../check-failure.js";

/** A record with its object, as one comparable value. */
export const asValue = ({ object, row }: ReadRecord): unknown => ({ object, row });

/** Texts of records that were compared before: those of the full read are compared with every other read. */
const TEXTS = new WeakMap<ReadRecord, string>();

function textOf(record: ReadRecord): string {
  let text = TEXTS.get(record);
  if (text === undefined) {
    text = canonical(asValue(record));
    TEXTS.set(record, text);
  }
  return text;
}

/** The records of a full read that are not among those given. */
export function missingFrom(baseline: Baseline, records: readonly ReadRecord[]): ReadRecord[] {
  const left = new Map<string, number>();
  for (const record of records) left.set(textOf(record), (left.get(textOf(record)) ?? 0) + 1);
  return baseline.reading.records.filter((record) => {
    const count = left.get(textOf(record)) ?? 0;
    left.set(textOf(record), count - 1);
    return count <= 0;
  });
}

/**
 * Fails when a read came to its end as if nothing had happened, although records are missing.
 *
 * @param what what was done to the plugin, as the start of a sentence
 */
export function mustNotEndShort(baseline: Baseline, reading: Reading, what: string, advice: string): void {
  if (reading.error !== undefined) return;
  const missing = missingFrom(baseline, reading.records);
  if (missing.length === 0) return;
  const { names } = baseline;
  fail(
    `${what}\nThe read then ended normally, with ${reading.records.length} of ${baseline.reading.records.length} records.\nMissing: ${names.list(missing)}`,
    { advice },
  );
}

/** Fails when a read was given up because it took too long. */
export function mustFinish(reading: Reading, what: string, seconds: number): void {
  if (reading.timedOut) fail(`${what}\nAfter ${seconds} s it had neither ended nor failed.`);
}

/** Requests of a kind, as a table for people; with `timed`, to the tenth of a second at which each came. */
export function requestTable(
  exchanges: readonly Exchange[],
  options: { readonly timed?: boolean } = {},
): string {
  const lines = exchanges.slice(0, SHOWN_REQUESTS).map(({ request, answer, fault }) => {
    const came = fault === undefined || fault.kind === "answer" ? String(answer?.status ?? "–") : fault.kind;
    const at = options.timed === true ? `${(request.at / 1000).toFixed(1).padStart(5)} s  ` : "";
    return `${at}${came.padEnd(6)} ${request.method} ${request.path}`;
  });
  if (exchanges.length > SHOWN_REQUESTS) lines.push(`… ${exchanges.length - SHOWN_REQUESTS} more`);
  return lines.join("\n");
}

/** Requests that a table shows at most. */
const SHOWN_REQUESTS = 8;

/** Pages at which something is tried: the first, one in the middle and the last. */
export function sampledPages(baseline: Baseline): Baseline["pages"] {
  const { pages } = baseline;
  const indices = new Set([0, Math.floor(pages.length / 2), pages.length - 1]);
  return pages.filter((_page, index) => indices.has(index));
}

/** A page in the middle of a read, so that something comes before and after it; the last one when there are few. */
export function middlePage(baseline: Baseline): Baseline["pages"][number] {
  const { pages } = baseline;
  return pages[Math.min(1, pages.length - 1)] as Baseline["pages"][number];
}

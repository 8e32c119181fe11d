import { parseLosslessJson, type Redactor } from "@dativo/protocol";
import type { Logger } from "../log/logger.js";
import type { Http, HttpInit } from "./http.js";
import { notJson } from "./http-error.js";
import { PageGuard } from "./page-guard.js";
import type { PageRequest, ReceivedPage } from "./page-options.js";
import { type PageAddress, type PageSequence, pageSequence, recordsOf } from "./page-sequence.js";
import { redactUrl } from "./redact-url.js";

/** Pages that a reader may ask for unless stated. */
const DEFAULT_MAX_PAGES = 100_000;

/** What reading pages needs of the `Http` it belongs to. */
interface PagesSettings {
  readonly redactor: Redactor;
  readonly log: Logger;
  readonly maxPages?: number;
  /** Address of the first page. */
  resolve(input: string | URL, query: HttpInit["query"]): URL;
}

/** A page, and the text it was. */
interface FetchedPage extends ReceivedPage {
  readonly text: string;
}

/** A page that was asked for. */
interface PendingPage {
  readonly url: string;
  readonly body: string;
  readonly page: Promise<FetchedPage>;
}

/**
 * Requests page after page. The next page is requested while the current one is being processed.
 *
 * @throws DativoError `PAGE_REPEATED`, `PAGE_LIMIT_REACHED`, `SOURCE_UNREADABLE`, and what a request throws
 */
export async function* readPages<T>(
  http: Http,
  settings: PagesSettings,
  input: string | URL,
  request: PageRequest<T>,
): AsyncGenerator<T[], void, undefined> {
  const { records: _records, next, maxPages, repeatLimit, query, signal, ...init } = request;
  const stop = new AbortController();
  const under = signal ? AbortSignal.any([stop.signal, signal]) : stop.signal;
  const guard = new PageGuard({
    redactor: settings.redactor,
    maxPages: maxPages ?? settings.maxPages ?? DEFAULT_MAX_PAGES,
    repeatLimit: repeatLimit ?? 2,
  });
  const sequence = pageSequence(settings.resolve(input, query), next ?? { style: "link" });
  const start = (address: PageAddress): PendingPage => {
    const { url, members } = address;
    const json = members === undefined ? init.json : { ...(init.json as object | undefined), ...members };
    const sent: HttpInit = { ...init, signal: under, ...(json === undefined ? {} : { json }) };
    const body = json === undefined ? String(init.body ?? "") : JSON.stringify(json);
    const page = (async () => {
      guard.beforeRequest(url.href, body);
      return fetchPage(http, settings, url, sent, request.records);
    })();
    page.catch(() => {}); // it is awaited later, and must not count as unhandled until then
    return { url: url.href, body, page };
  };
  try {
    yield* inOrder<T>(sequence, start, guard, settings);
  } finally {
    stop.abort();
  }
}

async function* inOrder<T>(
  sequence: PageSequence,
  start: (address: PageAddress) => PendingPage,
  guard: PageGuard,
  settings: PagesSettings,
): AsyncGenerator<T[], void, undefined> {
  let underway = [start(sequence.first)];
  let concurrency = sequence.concurrency;
  for (let received = 1; ; received += 1) {
    const page = await (underway.shift() as PendingPage).page;
    if (page.records.length > 0) guard.afterPage(page.url, page.text);
    const next = sequence.next(page);
    if (next === undefined) {
      if (page.records.length > 0) yield page.records as T[];
      settings.log.debug({ pages: received, last: redactUrl(page.url, settings.redactor) }, "no next page");
      return;
    }
    if (underway.length > 0 && underway[0]?.url !== next.url.href) {
      // A page was shorter than asked for, so those already under way would leave records out.
      for (const { url, body } of underway) guard.forget(url, body);
      underway = [];
      concurrency = 1;
    }
    if (underway.length === 0) underway.push(start(next));
    while (sequence.at !== undefined && underway.length < concurrency)
      underway.push(start(sequence.at(received + underway.length)));
    yield page.records as T[];
  }
}

async function fetchPage<T>(
  http: Http,
  { redactor }: PagesSettings,
  url: URL,
  init: HttpInit,
  from: PageRequest<T>["records"],
): Promise<FetchedPage> {
  const response = await http(url, init);
  const text = await response.text();
  try {
    const page = { body: parseLosslessJson(text), response, url: url.href };
    return { ...page, text, records: recordsOf(page, from) };
  } catch (error) {
    throw error instanceof SyntaxError
      ? notJson(init.method ?? "GET", response, text, redactor, error)
      : error;
  }
}

import type { Answer, Exchange } from "../http/exchange.js";
import { type PageRecords, recordsOf } from "../http/page-records.js";
import type { Reading } from "./reading.js";
import { RecordNames } from "./record-names.js";

/** One answer with records, as it came when nothing went wrong. */
export interface PageExchange {
  readonly exchange: Exchange;
  readonly answer: Answer;
  readonly content: PageRecords;
  /** Where the answer says how to go on, if it does: the reader's next request repeats something of it. */
  readonly continues: boolean;
}

/** A full read when nothing goes wrong, against which everything else is compared. */
export interface Baseline {
  readonly reading: Reading;
  readonly exchanges: readonly Exchange[];
  /** Answers with records, in order. */
  readonly pages: readonly PageExchange[];
  readonly names: RecordNames;
}

/** Looks at a full read. */
export function baselineOf(reading: Reading, exchanges: readonly Exchange[]): Baseline {
  const pages: PageExchange[] = [];
  exchanges.forEach((exchange, index) => {
    const content = recordsOf(exchange.answer);
    const { answer } = exchange;
    if (content === undefined || answer === undefined || content.records.length === 0) return;
    const later = exchanges.slice(index + 1).map(({ request }) => request);
    pages.push({
      exchange,
      answer,
      content,
      continues: later.some((next) => leadsTo({ exchange, answer, content }, next)),
    });
  });
  return { reading, exchanges, pages, names: new RecordNames(reading) };
}

/** Whether an answer, beside its records, holds something that is new in a later request: a link, a cursor or a token. */
function leadsTo(
  page: Pick<PageExchange, "exchange" | "answer" | "content">,
  next: Exchange["request"],
): boolean {
  const { exchange, answer, content } = page;
  return continuations(answer, content).some(({ value }) => points(value, exchange.request, next));
}

/** Whether a text holds the address of a request, or a parameter that the request before did not have. */
function points(value: string, before: Exchange["request"], next: Exchange["request"]): boolean {
  const url = new URL(next.path, "http://localhost");
  if (url.search !== "" && value.includes(`${url.pathname}${url.search}`)) return true;
  const known = new Set(new URL(before.path, "http://localhost").searchParams.values());
  return [...url.searchParams.values()].some(
    (sent) => !known.has(sent) && sent.length > 2 && !/^\d{1,4}$/.test(sent) && value.includes(sent),
  );
}

/** Every text of an answer that is not of its records, and where it is. */
export function continuations(
  answer: Answer,
  content: PageRecords,
): { readonly at: string; readonly value: string }[] {
  const link = [answer.headers.link ?? []].flat().filter((text) => /rel="?next/.test(text));
  const texts = (
    value: unknown,
    at: string,
    path: readonly string[] | undefined,
  ): { at: string; value: string }[] => {
    if (path?.length === 0) return [];
    if (typeof value === "string" && value !== "") return [{ at, value }];
    if (typeof value === "number" || typeof value === "bigint") return [{ at, value: String(value) }];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, member]) =>
      texts(member, `${at}.${key}`, path?.[0] === key ? path.slice(1) : undefined),
    );
  };
  return [...link.map((value) => ({ at: "link", value })), ...texts(content.body, "body", content.path)];
}

/** Where the pages of one address say how to go on, when they do so in one place; undefined when they do not. */
export function continuationPlace(pages: readonly PageExchange[]): string | undefined {
  const [first, second] = pages;
  if (first === undefined || second === undefined) return undefined;
  const { request } = first.exchange;
  return continuations(first.answer, first.content).find(({ value }) =>
    points(value, request, second.exchange.request),
  )?.at;
}

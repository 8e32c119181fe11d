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
      continues: later.some((next) => leadsTo(answer, content, next)),
    });
  });
  return { reading, exchanges, pages, names: new RecordNames(reading) };
}

/** Whether an answer, beside its records, holds something that is new in a later request: a link, a cursor or a token. */
function leadsTo(answer: Answer, content: PageRecords, next: Exchange["request"]): boolean {
  const link = [answer.headers.link ?? []].flat().join(",");
  const outside = link + JSON.stringify(withoutRecords(content.body, content.path));
  const url = new URL(next.path, "http://localhost");
  if (outside.includes(`${url.pathname}${url.search}`) && url.search !== "") return true;
  return [...url.searchParams.values()].some(
    (value) => value.length > 2 && !/^\d{1,4}$/.test(value) && outside.includes(value),
  );
}

function withoutRecords(value: unknown, path: readonly string[]): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return [];
  const object = value as Record<string, unknown>;
  const copy = { ...object, [first]: withoutRecords(object[first], rest) };
  return JSON.parse(
    JSON.stringify(copy, (_key, member) => (typeof member === "bigint" ? String(member) : member)),
  );
}

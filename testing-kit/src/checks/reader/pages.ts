import type { Fault } from "../../http/exchange.js";
import { onPage } from "../../http/faults.js";
import { recordsOf, withRecords } from "../../http/page-records.js";
import type { Baseline, PageExchange } from "../../plugin/baseline.js";
import { Multiset } from "../../plugin/canonical.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { requestTable } from "./complete.js";

/** Requests beyond those of a plain read after which a reader is taken to go round in circles. */
const EXTRA_REQUESTS = 40;

/** A page in the middle that says itself where the next one is, so that its records do not. */
function continuingPage(baseline: Baseline): PageExchange {
  const candidates = baseline.pages.slice(0, -1).filter(({ continues }) => continues);
  const page = candidates[Math.floor(candidates.length / 2)];
  return (
    page ??
    notApplicable(
      "No page of the mock API says where the next one is, so the records themselves say where the end is.",
    )
  );
}

/** Changes the records of an answer and leaves everything else, such as the link to the next page. */
function changeRecords(change: (records: readonly unknown[]) => readonly unknown[]): Fault {
  return {
    kind: "change",
    change: (answer) => {
      const page = recordsOf(answer);
      return page === undefined ? answer : withRecords(answer, page, change(page.records));
    },
  };
}

export const emptyPage = readerCheck({
  id: "R3.empty-page",
  clause: "2.3",
  group: "extraction",
  tier: "offline",
  needs: ["http"],
  title: "An empty page in the middle is not the end",
  why: "Filters and permissions leave pages empty; the next page is where the page says it is.",
  how: "Takes the records out of a page in the middle and leaves its link or cursor to the next one.",
  async run(lab) {
    const baseline = await lab.baseline();
    const page = continuingPage(baseline);
    await lab.session(
      {
        faults: onPage(
          page,
          changeRecords(() => []),
        ),
      },
      async (session) => {
        const reading = await session.read();
        const { pages } = baseline;
        const last = pages
          .filter(({ exchange }) => samePath(exchange.request.path, page))
          .at(-1) as PageExchange;
        if (reading.error !== undefined)
          fail(`A page without records failed the read: ${reading.error.code}: ${reading.error.message}`);
        if (session.exchanges.some(({ request }) => request.key === last.exchange.request.key)) return;
        fail(
          `Page ${pages.indexOf(page) + 1} of ${pages.length} had no records, but said where the next one is.\nThe read ended there, with ${reading.records.length} of ${baseline.reading.records.length} records.`,
          {
            difference: requestTable(session.exchanges),
            advice: "End when a page names no next one, not when it has no records.",
          },
        );
      },
    );
  },
});

export const shortPage = readerCheck({
  id: "R3.short-page",
  clause: "2.3",
  group: "extraction",
  tier: "offline",
  needs: ["http"],
  title: "A page shorter than asked for is not the end",
  why: "Servers change their page size, cap it, and leave out what a user may not see.",
  how: "Leaves one record of a page in the middle, with its link or cursor to the next one.",
  async run(lab) {
    const baseline = await lab.baseline();
    const page = continuingPage(baseline);
    await lab.session(
      {
        faults: onPage(
          page,
          changeRecords((records) => records.slice(0, 1)),
        ),
      },
      async (session) => {
        const reading = await session.read();
        const { pages } = baseline;
        const last = pages
          .filter(({ exchange }) => samePath(exchange.request.path, page))
          .at(-1) as PageExchange;
        if (reading.error !== undefined)
          fail(`A short page failed the read: ${reading.error.code}: ${reading.error.message}`);
        if (session.exchanges.some(({ request }) => request.key === last.exchange.request.key)) return;
        fail(
          `Page ${pages.indexOf(page) + 1} of ${pages.length} had one record, and said where the next one is.\nThe read ended there, with ${reading.records.length} of ${baseline.reading.records.length} records.`,
          { difference: requestTable(session.exchanges), advice: "End when a page names no next one." },
        );
      },
    );
  },
});

export const emptySource = readerCheck({
  id: "R3.empty-source",
  clause: "2.3",
  group: "extraction",
  tier: "offline",
  needs: ["http"],
  title: "A source without records is read to its end without an error",
  why: "An empty day is no incident; and a made-up record is worse than none.",
  how: "Takes the records out of every page.",
  async run(lab) {
    await lab.baseline();
    await lab.session({ faults: () => changeRecords(() => []) }, async (session) => {
      const reading = await session.read();
      if (reading.error !== undefined)
        fail(`A source without records failed the read.\n${reading.error.code}: ${reading.error.message}`);
      if (reading.records.length > 0)
        fail(`The source had no records, and the read yielded ${reading.records.length}.`, {
          difference: JSON.stringify(reading.records[0], (_key, value) =>
            typeof value === "bigint" ? String(value) : value,
          ),
        });
    });
  },
});

export const repeatedPage = readerCheck({
  id: "R3.repeated-page",
  clause: "2.3",
  group: "extraction",
  tier: "offline",
  needs: ["http"],
  title: "A source that keeps giving the same page is noticed",
  why: "A server that ignores the page parameter makes a reader run for ever, and fills the target with copies.",
  how: "Answers every page after the first with the first one, byte for byte.",
  async run(lab) {
    const baseline = await lab.baseline();
    const [first] = baseline.pages;
    if (first === undefined || baseline.pages.length < 2) notApplicable("The mock API has a single page.");
    const keys = new Set(baseline.exchanges.map(({ request }) => request.key));
    const content = first.answer;
    const limit = baseline.exchanges.length + EXTRA_REQUESTS;
    const stop = new AbortController();
    let asked = 0;
    await lab.session(
      {
        faults: (request) => {
          asked += 1;
          if (asked > limit) stop.abort();
          const isPage =
            !keys.has(request.key) ||
            baseline.pages.some((page) => page.exchange.request.key === request.key);
          return isPage && request.key !== first.exchange.request.key && samePath(request.path, first)
            ? { kind: "change", change: () => content }
            : undefined;
        },
      },
      async (session) => {
        const reading = await session.read({ cancel: stop.signal, timeoutSeconds: 15 });
        if (asked > limit || reading.timedOut)
          fail(
            `Every page had the content of the first one.\nAfter ${asked} requests the reader still asked for more.`,
            {
              difference: requestTable(session.exchanges.slice(-8)),
              advice: "Fail when a page repeats the one before it; http.pages of the SDK does.",
            },
          );
      },
    );
  },
});

function samePath(path: string, page: PageExchange): boolean {
  return path.split("?")[0] === page.exchange.request.path.split("?")[0];
}

export const keysAreUnique = readerCheck({
  id: "R5.key",
  clause: "2.5",
  group: "extraction",
  tier: "offline",
  title: "No record comes twice in a full read",
  why: "A key that repeats within one read doubles rows in an append, and hides them in a merge.",
  how: "Looks for records of a full read that have the same key, or are the same where no key is declared.",
  async run(lab) {
    const { reading, names, pages } = await lab.baseline();
    const declared = new Map(reading.objects.map(({ name, schema }) => [name, schema?.key]));
    const keyed = reading.records.map((record) => {
      const key = declared.get(record.object);
      return {
        record,
        value:
          key === undefined || key.length === 0
            ? record
            : { object: record.object, key: key.map((column) => record.row[column]) },
      };
    });
    // What the source itself has twice, it may give twice.
    const source = new Multiset(pages.flatMap(({ content }) => content.records));
    const repeats = pages
      .flatMap(({ content }) => content.records)
      .some((record) => source.count(record) > 1);
    const seen = new Multiset();
    for (const { record, value } of keyed) {
      if (seen.count(value) > 0 && (declared.get(record.object)?.length || !repeats))
        fail(`${names.of(record)} came twice in one full read.`, {
          advice: "Look for pages that overlap, such as those numbered from 0 and from 1.",
        });
      seen.add(value);
    }
  },
});

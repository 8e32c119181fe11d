import { type Baseline, continuationPlace, continuations, type PageExchange } from "../../plugin/baseline.js";
import { canonical } from "../../plugin/canonical.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { requestTable } from "./complete.js";
import { comparable, leafAt, leavesOf } from "./cursor-field.js";

export const yieldsWhatItRead = readerCheck({
  id: "R3.all",
  clause: "2.3",
  group: "extraction",
  tier: "offline",
  live: true,
  needs: ["http"],
  title: "Every record that the source gave is yielded, to the last page",
  why: "A page that is fetched and not yielded, or never fetched, is lost at every run alike, so no comparison shows it.",
  how: "Compares the records in the answers with those yielded, and looks whether the last page names another one.",
  async run(lab) {
    const baseline = await lab.baseline();
    mustReachTheLastPage(baseline);
    const answered = baseline.pages.flatMap(({ content }) => content.records);
    const marks = answered.map(
      (record) => new Set(leavesOf(record).flatMap((path) => marksOf(leafAt(record, path)))),
    );
    const shared = new Map<string, number>();
    for (const own of marks) for (const mark of own) shared.set(mark, (shared.get(mark) ?? 0) + 1);
    const yielded = new Set(
      baseline.reading.records.flatMap(({ row }) =>
        leavesOf(row).flatMap((path) => marksOf(leafAt(row, path))),
      ),
    );
    const recognisable = answered.filter((_record, index) => unique(marks[index], shared).length > 0);
    if (recognisable.length === 0)
      notApplicable("Records of the mock API have nothing by which they are recognised.");
    const lost = answered.filter((_record, index) => {
      const own = unique(marks[index], shared);
      return own.length > 0 && !own.some((mark) => yielded.has(mark));
    });
    if (lost.length === recognisable.length)
      notApplicable("The reader changes records so much that they are not recognised.");
    if (lost.length <= baseline.reading.leftOut) return;
    fail(
      `The source gave ${answered.length} records in ${baseline.pages.length} pages. ${lost.length} of them were never yielded.`,
      {
        difference: lost
          .slice(0, 3)
          .map((record) => `${pageNameOf(record, baseline.pages)}  ${canonical(record).slice(0, 100)}`)
          .join("\n"),
        advice:
          "Yield a page before deciding whether it was the last; count as filtered what is left out on purpose.",
      },
    );
  },
});

/** How a value may look on the other side: itself, or the instant that it stands for. */
function marksOf(value: unknown): string[] {
  if (value === null || value === undefined || typeof value === "boolean" || value === "") return [];
  const instant =
    typeof value === "string" && /^\d{4}-\d{2}-\d{2}T/.test(value) ? comparable(value) : undefined;
  return [canonical(value), ...(instant === undefined ? [] : [canonical(instant)])];
}

function unique(own: ReadonlySet<string> | undefined, shared: ReadonlyMap<string, number>): string[] {
  return [...(own ?? [])].filter((mark) => shared.get(mark) === 1);
}

function pageNameOf(record: unknown, pages: readonly PageExchange[]): string {
  const page = pages.findIndex(({ content }) => content.records.includes(record));
  return `page ${page + 1} of ${pages.length}`;
}

function mustReachTheLastPage({ pages }: Baseline): void {
  const byPath = new Map<string, PageExchange[]>();
  for (const page of pages) {
    const path = page.exchange.request.path.split("?")[0] as string;
    byPath.set(path, [...(byPath.get(path) ?? []), page]);
  }
  for (const [path, own] of byPath) {
    const place = continuationPlace(own);
    const last = own.at(-1) as PageExchange;
    const next =
      place === undefined
        ? undefined
        : continuations(last.answer, last.content).find(({ at }) => at === place);
    if (next === undefined || own.length < 2) continue;
    fail(`The last page of ${path} that was asked for names another one, which was not.`, {
      difference: `${requestTable([last.exchange])}\n\n${place === "link" ? "Link" : place}: ${next.value.slice(0, 120)}   ← never asked for`,
      advice: "End when a page names no next one.",
    });
  }
}

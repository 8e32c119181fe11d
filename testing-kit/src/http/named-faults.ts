import { DativoError } from "@dativo/protocol";
import type { Answer, Fault, FaultPlan } from "./exchange.js";
import { recordsOf, withRecords } from "./page-records.js";

const answer = (status: number, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: "answer",
  status,
  headers,
});

/** Faults that a served mock can be told to have, by name. */
export const NAMED_FAULTS: Readonly<Record<string, { readonly says: string; readonly fault: Fault }>> = {
  "rate-limit": { says: "429 with Retry-After: 5", fault: answer(429, { "retry-after": "5" }) },
  "server-error": { says: "503", fault: answer(503) },
  "expired-token": { says: "401", fault: answer(401) },
  forbidden: { says: "403", fault: answer(403) },
  slow: { says: "the true answer, ten seconds late", fault: { kind: "delay", milliseconds: 10_000 } },
  stall: { says: "half of the answer, then nothing", fault: { kind: "stall" } },
  cut: { says: "half of the answer, then the connection is cut", fault: { kind: "cut" } },
  refuse: { says: "the connection is cut without an answer", fault: { kind: "refuse" } },
  "not-json": {
    says: "an HTML page",
    fault: {
      kind: "answer",
      status: 200,
      headers: { "content-type": "text/html" },
      body: "<!doctype html><title>Maintenance</title>",
    },
  },
  "empty-page": {
    says: "the page without its records",
    fault: { kind: "change", change: (given) => changed(given, () => []) },
  },
  "short-page": {
    says: "the page with one record",
    fault: { kind: "change", change: (given) => changed(given, (records) => records.slice(0, 1)) },
  },
  "reversed-page": {
    says: "the page in reverse order",
    fault: { kind: "change", change: (given) => changed(given, (records) => [...records].reverse()) },
  },
};

function changed(given: Answer, change: (records: readonly unknown[]) => readonly unknown[]): Answer {
  const page = recordsOf(given);
  return page === undefined ? given : withRecords(given, page, change(page.records));
}

/**
 * Reads `name`, or `name@n` for the n-th request only, such as `rate-limit@3`.
 *
 * @throws DativoError `USAGE`
 */
export function namedFault(text: string): FaultPlan {
  const [name = "", at] = text.split("@");
  if (name === "repeated-page") return repeatedPage();
  const known = NAMED_FAULTS[name];
  const number = at === undefined ? undefined : Number(at);
  if (known === undefined || (number !== undefined && !(Number.isInteger(number) && number > 0)))
    throw new DativoError({
      code: "USAGE",
      message: `--fault is "${text}", which is none.`,
      hint: `Faults: ${[...Object.keys(NAMED_FAULTS), "repeated-page"].join(", ")}; with @3 only at the third request.`,
    });
  return ({ index }) => (number === undefined || index === number - 1 ? known.fault : undefined);
}

/** Answers every page with the first one. */
function repeatedPage(): FaultPlan {
  const first = new Map<string, Answer>();
  return ({ path }) => ({
    kind: "change",
    change: (given) => {
      const place = path.split("?")[0] as string;
      if (recordsOf(given) === undefined) return given;
      const known = first.get(place) ?? given;
      first.set(place, known);
      return known;
    },
  });
}

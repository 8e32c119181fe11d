import type { FaultPlan } from "../../http/exchange.js";
import { recordsOf, withRecords } from "../../http/page-records.js";
import { Multiset } from "../../plugin/canonical.js";
import type { ReaderLab } from "../../plugin/reader-lab.js";
import type { Reading } from "../../plugin/reading.js";
import { RecordNames } from "../../plugin/record-names.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { asValue, requestTable } from "./complete.js";
import { comparable, type LeafPath, leafAt, sharedCursorField, withLeaf } from "./cursor-field.js";

/** Two records of the source, next to each other, that are given the same cursor value. */
interface Tie {
  readonly path: LeafPath;
  /** The value that both have then, as the source writes it. */
  readonly value: unknown;
  /** The value that the later one has in truth. */
  readonly original: number | string;
}

/**
 * A source in which two records share their cursor value.
 *
 * The true API does not know that they do. Where it leaves out records of the value asked for, as `>` does, the
 * later one must be left out too.
 */
function tied(
  { path, value, original }: Tie,
  options: { readonly exclusive: boolean; readonly hidden?: boolean },
): FaultPlan {
  return () => ({
    kind: "change",
    change: (answer) => {
      const page = recordsOf(answer);
      if (page === undefined) return answer;
      const isLater = (record: unknown) => comparable(leafAt(record, path)) === original;
      const left =
        options.exclusive || options.hidden === true
          ? page.records.filter((record) => !isLater(record))
          : page.records;
      return withRecords(
        answer,
        page,
        left.map((record) => (isLater(record) ? withLeaf(record, path, value) : record)),
      );
    },
  });
}

/** Whether a read from a state leaves out records that have the very value it was left at. */
async function isExclusive(
  lab: ReaderLab,
  object: string,
  state: Reading["checkpoints"][number],
  tie: Tie,
): Promise<boolean> {
  return lab.session({}, async (session) => {
    await session.read({ objects: [object], state: { [object]: state.state } });
    const value = comparable(tie.value);
    return !session.exchanges.some(({ answer }) =>
      (recordsOf(answer)?.records ?? []).some((record) => comparable(leafAt(record, tie.path)) === value),
    );
  });
}

export const ties = readerCheck({
  id: "R4.ties",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  needs: ["http", "incremental"],
  title: "A checkpoint must not pass records that share its cursor value",
  why: "Timestamps repeat: what comes in bulk has one. A position of `> last` skips the rest of the bulk.",
  how: "Gives the first record of a page the cursor value of the last record of the page before, and resumes between them.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { object, path, raw } = sharedCursorField(baseline);
    const { checkpoints, records } = baseline.reading;
    const indexOf = (after: number) =>
      records.slice(0, after).filter((record) => record.object === object).length;
    const checkpoint = checkpoints.find(({ object: own, after }) => {
      const next = indexOf(after);
      if (own !== object || next === 0 || next >= raw.length) return false;
      return comparable(leafAt(raw[next - 1], path)) !== comparable(leafAt(raw[next], path));
    });
    if (checkpoint === undefined)
      notApplicable("The reader yields no checkpoint before its end, so nothing can come between.");
    const next = indexOf(checkpoint.after);
    const tie: Tie = {
      path,
      value: leafAt(raw[next - 1], path),
      original: comparable(leafAt(raw[next], path)) as number | string,
    };
    const full = await lab.session({ faults: tied(tie, { exclusive: false }) }, (session) => session.read());
    if (full.error !== undefined)
      fail(
        `Two records of ${object} shared their ${path.join(".")}, and the read failed.\n${full.error.code}: ${full.error.message}`,
      );
    const stop = full.checkpoints.find(
      (candidate) => candidate.object === object && candidate.after >= checkpoint.after,
    );
    if (stop === undefined) return; // it waits with its checkpoint until the value has passed
    const exclusive = await isExclusive(lab, object, checkpoint, tie);
    await lab.session({ faults: tied(tie, { exclusive }) }, async (session) => {
      const resumed = await session.read({ objects: [object], state: { [object]: stop.state } });
      if (resumed.error !== undefined)
        fail(`The resumed read failed with ${resumed.error.code}: ${resumed.error.message}`);
      const have = new Multiset([...full.records.slice(0, stop.after), ...resumed.records].map(asValue));
      const lost = full.records.filter(
        (record) => record.object === object && have.count(asValue(record)) === 0,
      );
      if (lost.length === 0) return;
      const names = new RecordNames(full);
      const before = full.records
        .slice(0, stop.after)
        .filter((record) => record.object === object)
        .at(-1);
      const number = full.checkpoints.indexOf(stop) + 1;
      const shown = String(tie.value);
      const [request] = session.exchanges;
      fail(
        `Killed after checkpoint ${number} (${path.join(".")} = ${shown}) and resumed.\nMissing after the resume: ${names.list(lost)}\nThey have the same ${path.join(".")} as the last record before the checkpoint:`,
        {
          difference: [
            `before  … ${before === undefined ? "" : names.of(before)}  ${shown}   ← checkpoint`,
            ...lost
              .slice(0, 3)
              .map((record) => `after     ${names.of(record)}  ${shown}   ← never read again`),
            ...(request === undefined ? [] : ["", requestTable([request])]),
          ].join("\n"),
          advice:
            'Ask for records at or after the position (">="), or declare a tie-breaking key and leave out what was delivered.',
        },
      );
    });
  },
});

export const late = readerCheck({
  id: "R4.late",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  needs: ["http", "incremental"],
  title: "A record that appears later with the cursor value of the last one is read by the next run",
  why: "Two records of the same second rarely become visible at the same moment.",
  how: "Hides the last record from a full read, then shows it with the cursor value at which that read ended.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { object, path, raw } = sharedCursorField(baseline);
    const values = [...new Set(raw.map((record) => comparable(leafAt(record, path))))].filter(
      (value) => value !== undefined,
    );
    values.sort((a, b) => (a < b ? -1 : 1));
    const [second, last] = values.slice(-2);
    const at = raw.find((record) => comparable(leafAt(record, path)) === second);
    if (second === undefined || last === undefined || at === undefined)
      notApplicable("The mock API has no two records with different cursor values.");
    const tie: Tie = { path, value: leafAt(at, path), original: last };
    const first = await lab.session({ faults: tied(tie, { exclusive: false, hidden: true }) }, (session) =>
      session.read(),
    );
    if (first.error !== undefined)
      fail(`The first run failed with ${first.error.code}: ${first.error.message}`);
    const end = first.checkpoints.filter((candidate) => candidate.object === object).at(-1);
    if (end === undefined) return;
    const exclusive = await isExclusive(lab, object, end, tie);
    await lab.session({ faults: tied(tie, { exclusive }) }, async (session) => {
      const run = await session.read({ objects: [object], state: { [object]: end.state } });
      if (run.error !== undefined) fail(`The second run failed with ${run.error.code}: ${run.error.message}`);
      const have = new Multiset(first.records.map(asValue));
      if (run.records.some((record) => have.count(asValue(record)) === 0)) return;
      fail(
        `A first run ended at ${path.join(".")} = ${String(tie.value)}. Then a record with that very value appeared.\nThe second run did not yield it; it yielded ${run.records.length} records.`,
        {
          difference: requestTable(session.exchanges.slice(0, 3)),
          advice: 'Ask for records at or after the position (">="), and leave out those that were delivered.',
        },
      );
    });
  },
});

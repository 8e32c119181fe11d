import type { Json } from "@dativo/protocol";
import { canonical, Multiset } from "../../plugin/canonical.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { asValue, missingFrom, requestTable } from "./complete.js";
import { comparable, cursorField, mapState } from "./cursor-field.js";
import { replaceRecords } from "./pass-through.js";
import { resumeFrom } from "./resume.js";

/** The state of every object at the end of a full read. */
function finalStates(
  checkpoints: readonly { readonly object: string; readonly state: Json }[],
): Record<string, Json> {
  return Object.fromEntries(checkpoints.map(({ object, state }) => [object, state]));
}

export const secondRun = readerCheck({
  id: "R4.second-run",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  live: true,
  needs: ["incremental"],
  title: "A second run of an unchanged source goes on where the first ended",
  why: "A reader that ignores its state reads everything at every run, and appends it again.",
  how: "Reads again from the last checkpoints of a full read and counts the records.",
  async run(lab) {
    const { reading } = await lab.baseline();
    const states = finalStates(reading.checkpoints);
    const incremental = reading.objects.filter((object) => object.incremental).map(({ name }) => name);
    if (reading.records.length < 4) notApplicable("The source has too few records to tell.");
    await lab.session({}, async (session) => {
      const second = await session.read({ objects: incremental, state: states });
      if (second.error !== undefined)
        fail(`The second run failed with ${second.error.code}: ${second.error.message}`);
      for (const object of incremental) {
        const all = reading.records.filter((record) => record.object === object).length;
        const again = second.records.filter((record) => record.object === object).length;
        if (all >= 4 && again > all / 2)
          fail(
            `The first run read ${all} records of ${object}. The second, from its last checkpoint, read ${again} again.`,
            {
              difference: requestTable(session.exchanges.slice(0, 4)),
              advice: "Start at the position that extract is given.",
            },
          );
      }
    });
  },
});

export const farFuture = readerCheck({
  id: "R4.future",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  needs: ["http", "incremental"],
  title: "A position far in the future yields nothing, not everything",
  why: "A position that is compared as text, or dropped when it is odd, starts over from the beginning.",
  how: "Moves the cursor value in the last checkpoint to the year 9999 and reads from it.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { object, raw } = cursorField(baseline);
    const checkpoint = baseline.reading.checkpoints.filter((candidate) => candidate.object === object).at(-1);
    const { path } = cursorField(baseline);
    const values = new Set(
      raw.map((record) =>
        comparable(path.reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], record)),
      ),
    );
    const state = mapState(checkpoint?.state ?? null, (leaf) =>
      values.has(comparable(leaf)) ? future(leaf) : leaf,
    );
    await lab.session({}, async (session) => {
      const reading = await session.read({ objects: [object], state: { [object]: state } });
      if (reading.error !== undefined || reading.records.length === 0) return;
      fail(
        `Reading from ${JSON.stringify(state).slice(0, 120)} yielded ${reading.records.length} records, although none is that late.`,
        {
          difference: requestTable(session.exchanges.slice(0, 4)),
        },
      );
    });
  },
});

/** The same kind of value, later than any. */
function future(leaf: unknown): unknown {
  if (typeof leaf === "number")
    return Math.abs(leaf) > 1e11 ? 253_370_764_800_000 : Math.abs(leaf) > 1e8 ? 253_370_764_800 : leaf + 1e9;
  const text = String(leaf);
  if (/^\d{4}-/.test(text)) return `9999${text.slice(4)}`;
  return /^\d+$/.test(text) ? `9${text}` : `\u{10FFFD}${text}`;
}

export const foreignState = readerCheck({
  id: "R4.foreign",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  needs: ["incremental"],
  title: "A position that it did not write is refused, or read from the start; nothing is skipped",
  why: "After an upgrade or a rename a reader meets positions of another shape; what it makes of them must not lose data.",
  how: "Starts a read at a position of another shape.",
  async run(lab) {
    const baseline = await lab.baseline();
    const objects = baseline.reading.objects.filter((object) => object.incremental).map(({ name }) => name);
    const foreign: Json = { version: 999, left_by: "another reader", at: { page: "7" } };
    await lab.session({}, async (session) => {
      const state = Object.fromEntries(objects.map((object) => [object, foreign]));
      const reading = await session.read({ objects, state });
      if (reading.error !== undefined) return;
      const missing = missingFrom(baseline, reading.records).filter(({ object }) => objects.includes(object));
      if (missing.length === 0) return;
      fail(
        `Started at ${JSON.stringify(foreign)}, which this reader never wrote, the read ended normally with ${reading.records.length} records; ${missing.length} are missing.`,
        {
          difference: requestTable(session.exchanges.slice(0, 4)),
          advice: "Check the shape of a position before it is used, and fail when it is another one.",
        },
      );
    });
  },
});

export const recordedStates = readerCheck({
  id: "R4.recorded",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  title: "Positions that an earlier version left are still understood",
  why: "After an upgrade every job stands at a position of the version before; refusing it stops them all at once.",
  how: "Reads from the positions in the recording of an earlier version.",
  async run(lab) {
    const { recorded } = lab.subject;
    if (recorded === undefined || Object.keys(recorded.states).length === 0)
      notApplicable("There is no recording that holds positions (dativo-test record makes one).");
    await lab.baseline();
    await lab.session({}, async (session) => {
      const objects = Object.keys(recorded.states);
      const reading = await session.read({ objects, state: recorded.states });
      if (reading.error === undefined) return;
      fail(
        `Version ${recorded.version} left these positions, and this version fails with ${reading.error.code}: ${reading.error.message}`,
        {
          difference: Object.entries(recorded.states)
            .map(([object, state]) => `${object}  ${JSON.stringify(state).slice(0, 160)}`)
            .join("\n"),
          advice:
            "Read positions of earlier versions too, or raise the major version and say how to start over.",
        },
      );
    });
  },
});

export const unsortedPages = readerCheck({
  id: "R4.unsorted",
  clause: "2.4",
  group: "incremental",
  tier: "offline",
  needs: ["http", "incremental"],
  title: "A source out of order is refused or read without loss",
  why: "Few APIs keep to an order for ever; a position made of the greatest value so far skips what comes below it later.",
  how: "Swaps the first and the last record of the source, and resumes from every checkpoint.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { object, raw } = cursorField(baseline);
    const [first, last] = [raw[0], raw.at(-1)];
    const faults = replaceRecords(
      new Map([
        [canonical(first), last],
        [canonical(last), first],
      ]),
    );
    const full = await lab.session({ faults }, (session) => session.read({ objects: [object] }));
    if (full.error !== undefined) return; // refusing an order it does not expect loses nothing
    for (const checkpoint of full.checkpoints.slice(0, 4)) {
      const { state, after } = checkpoint;
      await lab.session({ faults }, async (session) => {
        const resumed = await session.read({ objects: [object], state: { [object]: state } });
        if (resumed.error !== undefined) return;
        const have = new Multiset([...full.records.slice(0, after), ...resumed.records].map(asValue));
        const lost = full.records.filter((record) => have.count(asValue(record)) === 0);
        if (lost.length === 0) return;
        fail(
          `The last record of ${object} came first. Killed after checkpoint ${full.checkpoints.indexOf(checkpoint) + 1} and resumed from ${JSON.stringify(state).slice(0, 120)}.\nMissing after the resume: ${baseline.names.list(lost)}`,
          {
            advice:
              "Check that records come in the order that positions count on, or yield a position only at the end.",
          },
        );
      });
    }
  },
});

export const everyCheckpoint = readerCheck({
  id: "R4.every",
  clause: "2.4",
  group: "incremental",
  tier: "chaos",
  needs: ["incremental"],
  title: "Resuming from each and every checkpoint yields every record after it",
  why: "The one checkpoint that is wrong is the one that a crash finds.",
  how: "As R4.resume, from all checkpoints of a full read.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { checkpoints } = baseline.reading;
    for (const [index, checkpoint] of checkpoints.entries())
      await resumeFrom(lab, baseline, checkpoint, index + 1);
  },
});

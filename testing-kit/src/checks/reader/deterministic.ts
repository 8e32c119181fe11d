import { Multiset } from "../../plugin/canonical.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";
import { asValue, missingFrom } from "./complete.js";

export const deterministic = readerCheck({
  id: "R5.same",
  clause: "2.5",
  group: "extraction",
  tier: "offline",
  live: true,
  title: "Two full reads of an unchanged source give the same records",
  why: "Records that differ between two reads cannot be recognised, so they are doubled or lost when a run is repeated.",
  how: "Reads everything a second time and compares the records as multisets.",
  async run(lab) {
    const baseline = await lab.baseline();
    await lab.session({}, async (session) => {
      const second = await session.read();
      if (second.error !== undefined)
        fail(`The second read failed.\n${second.error.code}: ${second.error.message}`);
      const missing = missingFrom(baseline, second.records);
      const first = new Multiset(baseline.reading.records.map(asValue));
      const added = second.records.filter((record) => first.count(asValue(record)) === 0);
      if (missing.length === 0 && second.records.length === baseline.reading.records.length) return;
      fail(
        `First read: ${baseline.reading.records.length} records. Second read: ${second.records.length}, ${missing.length} of the first are not among them.`,
        {
          difference: pair(missing[0], added[0]),
          advice: "Leave out what differs at each read, such as the time of reading.",
        },
      );
    });
  },
});

function pair(first: unknown, second: unknown): string {
  const text = (value: unknown) =>
    JSON.stringify(value, (_key, member) => (typeof member === "bigint" ? String(member) : member))?.slice(
      0,
      200,
    ) ?? "nothing like it";
  return `first   ${text(first)}\nsecond  ${text(second)}`;
}

import { Multiset } from "../../plugin/canonical.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { asValue, missingFrom } from "./complete.js";

export const twoAtOnce = readerCheck({
  id: "R5.two-at-once",
  clause: "2.5",
  group: "isolation",
  tier: "offline",
  title: "Two readers of one plugin do not disturb each other",
  why: "What is kept in a module belongs to every run in the process: pages, tokens and positions get mixed up.",
  how: "Reads everything with two opened readers of one loaded plugin at the same time, one of them more slowly.",
  async run(lab) {
    const baseline = await lab.baseline();
    const readings = await lab.pair((session, index) => session.read({ pauseMs: index * 7 }));
    for (const reading of readings) {
      if (reading.error !== undefined)
        fail(
          `Two readers read at the same time, and one failed.\n${reading.error.code}: ${reading.error.message}`,
        );
      const missing = missingFrom(baseline, reading.records);
      if (missing.length > 0 || reading.records.length !== baseline.reading.records.length)
        fail(
          `Two readers read at the same time. One yielded ${reading.records.length} records instead of ${baseline.reading.records.length}.${missing.length > 0 ? `\nMissing: ${baseline.names.list(missing)}` : ""}`,
          { advice: "Keep state in the client or the instance, not in variables of the module." },
        );
    }
  },
});

export const timeZone = readerCheck({
  id: "R5.time-zone",
  clause: "2.5",
  group: "isolation",
  tier: "offline",
  alone: true,
  title: "The records are the same in another time zone and language",
  why: "What is right on a server in UTC shifts by hours on a laptop; `1,5` and `1.5` differ by language.",
  how: "Reads everything with TZ=Pacific/Auckland and LANG=tr_TR.UTF-8.",
  async run(lab) {
    const baseline = await lab.baseline();
    const { TZ, LANG } = process.env;
    process.env.TZ = TZ === "Pacific/Auckland" ? "America/St_Johns" : "Pacific/Auckland";
    process.env.LANG = "tr_TR.UTF-8";
    try {
      await lab.sessionAlone(lab.placement, {}, async (session) => {
        const reading = await session.read();
        if (reading.error !== undefined)
          fail(`In another time zone the read failed.\n${reading.error.code}: ${reading.error.message}`);
        const missing = missingFrom(baseline, reading.records);
        if (missing.length === 0) return;
        const have = new Multiset(baseline.reading.records.map(asValue));
        const other = reading.records.find((record) => have.count(asValue(record)) === 0);
        fail(`In another time zone ${missing.length} of ${baseline.reading.records.length} records differ.`, {
          difference: differing(missing[0]?.row, other?.row, process.env.TZ ?? ""),
          advice:
            "Read and write instants in UTC: new Date(text).toISOString(), never parts of a local date.",
        });
      });
    } finally {
      restore("TZ", TZ);
      restore("LANG", LANG);
    }
  },
});

function restore(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

function differing(
  here: Readonly<Record<string, unknown>> | undefined,
  there: Readonly<Record<string, unknown>> | undefined,
  zone: string,
): string {
  if (here === undefined || there === undefined) return "no record to compare with";
  const columns = Object.keys(here).filter((column) => String(here[column]) !== String(there[column]));
  return columns
    .map(
      (column) =>
        `${column}\n  here              ${String(here[column])}\n  ${zone.padEnd(16)}  ${String(there[column])}`,
    )
    .join("\n");
}

export const keepsSecrets = readerCheck({
  id: "R0.leaks",
  clause: "1",
  group: "isolation",
  tier: "offline",
  live: true,
  alone: true,
  title: "No secret is in a record, a log, an error, a position or a result",
  why: "What is logged is copied to ten places; a key that leaked has to be replaced everywhere.",
  how: "Puts made-up secrets into the credentials, lets the API answer errors that repeat what it was sent, and searches everything the plugin handed over during all checks.",
  async run(lab) {
    if (lab.subject.canaries.length === 0) notApplicable("The job has no credentials.");
    await lab.baseline();
    await lab.session(
      {
        faults: (request) => ({
          kind: "answer",
          status: 400,
          body: JSON.stringify({
            error: "invalid request",
            headers: request.headers,
            path: request.path,
            body: request.body,
          }),
        }),
      },
      async (session) => {
        await session.check();
        await session.read({ timeoutSeconds: 10 });
      },
    );
    const [leak] = lab.witness.leaks;
    if (leak === undefined) return;
    const places = [...new Set(lab.witness.leaks.map(({ where }) => where))];
    fail(`${leak.key} was found in ${places.join(", in ")}.`, {
      difference: `… ${leak.around} …`,
      advice: "Leave credentials out of what is yielded, logged and thrown; log of the SDK hides them.",
    });
  },
});

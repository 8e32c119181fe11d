import { setTimeout as sleep } from "node:timers/promises";
import { onPage } from "../../http/faults.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { middlePage, mustNotEndShort, requestTable } from "./complete.js";

/** Milliseconds after which a cancelled call has been given up by its host. */
const GIVEN_UP_MS = 950;

export const cancels = readerCheck({
  id: "R6.cancel",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  needs: ["http"],
  title: "Cancelling stops a read that waits for its source, and lets go of the connection",
  why: "A run that cannot be stopped is killed, in the middle of whatever it does.",
  how: "Sends half of a page, cancels while the reader waits for the rest, and watches the connection.",
  async run(lab) {
    const baseline = await lab.baseline();
    const page = middlePage(baseline);
    await lab.session({ faults: onPage(page, { kind: "stall" }) }, async (session) => {
      const stop = new AbortController();
      const reading = session.read({ cancel: stop.signal, timeoutSeconds: 20 });
      const asked = () => session.exchanges.some(({ request }) => request.key === page.exchange.request.key);
      for (let waited = 0; waited < 5000 && !asked(); waited += 20) await sleep(20);
      await sleep(50);
      stop.abort();
      session.cancel();
      const { stoppedAfterMs = 0 } = await reading;
      if (stoppedAfterMs > GIVEN_UP_MS)
        fail(
          `The read was cancelled while it waited for a page, and had not stopped after a second; its host gave it up.`,
          { advice: "Hand signal to every request and every wait." },
        );
      const before = session.exchanges.length;
      for (let waited = 0; waited < 1000 && session.unsettled > 0; waited += 20) await sleep(20);
      if (session.unsettled > 0)
        fail("The read ended when it was cancelled, but its request was still open a second later.", {
          difference: requestTable(session.exchanges),
          advice: "Hand signal to every request: fetch(url, { signal }).",
        });
      const later = session.exchanges.slice(before);
      if (later.length > 0)
        fail(`${later.length} more requests were sent after the read was cancelled.`, {
          difference: requestTable(later),
        });
    });
  },
});

export const abandons = readerCheck({
  id: "R6.abandon",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  needs: ["http"],
  title: "A read that nobody goes on with asks for no further pages",
  why: "A reader that goes on in the background spends the quota of the next run.",
  how: "Stops after the first batch and counts the requests that follow.",
  async run(lab) {
    const baseline = await lab.baseline();
    if (baseline.pages.length < 4) notApplicable("The mock API has too few pages to tell.");
    await lab.session({ source: smallBatches }, async (session) => {
      await session.read({ until: (event) => event.type === "batch" });
      await sleep(100);
      const before = session.exchanges.length;
      await sleep(400);
      const later = session.exchanges.slice(before);
      if (later.length > 0)
        fail(`The consumer stopped after the first batch. ${later.length} requests followed.`, {
          difference: requestTable(later),
          advice: "Ask for a page only when the one before was taken.",
        });
    });
  },
});

/** Requests that may be ahead of a consumer that does not take anything: a batch on each side of a process, and a page. */
const AHEAD = 5;

/** A source whose batches are as small as they can be. */
const smallBatches = <T extends { readonly engine: object }>(source: T): T => ({
  ...source,
  engine: {
    ...source.engine,
    options: { ...(source.engine as { options?: object }).options, batch_bytes: 1 },
  },
});

export const waitsForConsumer = readerCheck({
  id: "R6.backpressure",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  needs: ["http"],
  title: "A reader waits when its records are not taken",
  why: "A slow target must slow the source down; otherwise memory grows until the process dies.",
  how: `Takes one batch, then nothing for half a second, and counts requests; ${AHEAD} may be ahead.`,
  async run(lab) {
    const baseline = await lab.baseline();
    if (baseline.pages.length < AHEAD + 3)
      notApplicable(`The mock API has ${baseline.pages.length} pages; it takes ${AHEAD + 3} to tell.`);
    await lab.session({ source: smallBatches }, async (session) => {
      let ahead = 0;
      await session.read({
        pauseMs: 500,
        until: (event) => {
          ahead = session.exchanges.length;
          return event.type === "batch";
        },
      });
      if (ahead <= AHEAD + 1) return;
      fail(`The consumer had taken one batch, and ${ahead} requests had been sent.`, {
        difference: requestTable(session.exchanges),
        advice: "Yield each page as it comes, instead of collecting them.",
      });
    });
  },
});

export const closes = readerCheck({
  id: "R6.close",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  title: "close ends within a second, twice as well as once",
  why: "A plugin that cannot be closed keeps the process, and its lock, alive.",
  how: "Closes the reader after a full read, and again.",
  async run(lab) {
    await lab.baseline();
    await lab.session({}, async (session) => {
      await session.read();
      for (const time of ["", " a second time"]) {
        const late = new Promise<"late">((resolve) => setTimeout(resolve, 1500, "late").unref());
        const outcome = await Promise.race([
          session.closeReader().then(
            () => "closed" as const,
            (error: Error) => error,
          ),
          late,
        ]);
        if (outcome === "late") fail(`close${time} had not ended after a second and a half.`);
        if (outcome instanceof Error) fail(`close${time} failed: ${outcome.message}`);
      }
    });
  },
});

export const readsAgain = readerCheck({
  id: "R6.again",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  title: "One instance can read twice",
  why: "The engine reads again with the same instance when a run goes on after a failure.",
  how: "Reads everything twice with one opened reader.",
  async run(lab) {
    const baseline = await lab.baseline();
    await lab.session({}, async (session) => {
      await session.read();
      const second = await session.read();
      if (second.error !== undefined)
        fail(`The second read of one instance failed.\n${second.error.code}: ${second.error.message}`);
      mustNotEndShort(
        baseline,
        second,
        "One instance was read a second time.",
        "Keep what belongs to one read out of the instance.",
      );
    });
  },
});

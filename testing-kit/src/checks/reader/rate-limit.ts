import type { Fault } from "../../http/exchange.js";
import { onPage, status } from "../../http/faults.js";
import type { ReaderLab } from "../../plugin/reader-lab.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";
import { middlePage, mustFinish, mustNotEndShort, requestTable } from "./complete.js";

/** Milliseconds that a request may come early: clocks and timers round. */
const TOLERANCE_MS = 60;

async function waits(lab: ReaderLab, fault: Fault, waitMs: number, asked: string): Promise<void> {
  const baseline = await lab.baseline();
  const page = middlePage(baseline);
  await lab.session({ faults: onPage(page, fault, 1) }, async (session) => {
    const reading = await session.read({ timeoutSeconds: 20 });
    const what = `A page was answered with status 429 and ${asked}.`;
    mustFinish(reading, what, 20);
    mustNotEndShort(baseline, reading, what, "Wait and ask again, or throw a RateLimitError.");
    const asks = session.exchanges.filter(({ request }) => request.key === page.exchange.request.key);
    const [first, second] = asks;
    if (first !== undefined && second !== undefined) {
      const waited = second.request.at - first.request.at;
      if (waited < waitMs - TOLERANCE_MS)
        fail(`${what}\nIt was asked for again after ${(waited / 1000).toFixed(1)} s.`, {
          difference: requestTable(asks, { timed: true }),
          advice: "Wait as long as Retry-After says; http of the SDK does.",
        });
    }
    const { error } = reading;
    if (error !== undefined && !(error.code === "RATE_LIMIT_EXCEEDED" && error.retryable))
      fail(`${what}\nThe read failed, but not so that the engine would wait and go on.`, {
        difference: `expected  to wait and go on, or RATE_LIMIT_EXCEEDED, retryable\ngot       ${error.code}, ${error.retryable ? "retryable" : "not retryable"}\n          ${error.message}`,
        advice: "Wait as long as Retry-After says, or throw a RateLimitError with retryAfterSeconds.",
      });
  });
}

export const rateLimited = readerCheck({
  id: "R3.rate-limit",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Status 429 is waited out as long as Retry-After says in seconds",
  why: "Asking again too early is what turns a short pause into a ban.",
  how: "Answers one page once with 429 and Retry-After: 1, and measures when it is asked for again.",
  run: (lab) => waits(lab, status(429, { "retry-after": "1" }), 1000, "Retry-After: 1"),
});

export const rateLimitDate = readerCheck({
  id: "R3.rate-limit-date",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Status 429 is waited out until the date that Retry-After names",
  why: "Retry-After may be a date; read as a number it is NaN, and the wait is none at all.",
  how: "Answers one page once with 429 and Retry-After as a date two seconds ahead.",
  async run(lab) {
    let until = 0;
    const fault: Fault = {
      kind: "change",
      change: (answer) => {
        until = Math.ceil((Date.now() + 1000) / 1000) * 1000;
        return {
          ...answer,
          status: 429,
          headers: { "retry-after": new Date(until).toUTCString() },
          body: Buffer.from("{}"),
        };
      },
    };
    await waits(lab, fault, 1000, "Retry-After as a date one to two seconds ahead");
  },
});

export const longWait = readerCheck({
  id: "R3.long-wait",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "A wait of an hour is not cut short",
  why: "A daily quota answers with a long Retry-After; a reader that caps the wait hammers a closed door.",
  how: "Answers one page with 429 and Retry-After: 3600, and watches for a second request for a second and a half.",
  async run(lab) {
    const baseline = await lab.baseline();
    const page = middlePage(baseline);
    const fault = status(429, { "retry-after": "3600" });
    await lab.session({ faults: onPage(page, fault) }, async (session) => {
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), 1500);
      const reading = await session.read({ cancel: stop.signal });
      clearTimeout(timer);
      const asks = session.exchanges.filter(({ request }) => request.key === page.exchange.request.key);
      const what = "A page was answered with status 429 and Retry-After: 3600.";
      if (asks.length > 1)
        fail(`${what}\nIt was asked for ${asks.length} times within a second and a half.`, {
          difference: requestTable(asks, { timed: true }),
          advice: "Wait as long as Retry-After says, or throw a RateLimitError with retryAfterSeconds.",
        });
      mustNotEndShort(baseline, reading, what, "Throw a RateLimitError with retryAfterSeconds.");
      const { error } = reading;
      if (error !== undefined && error.code !== "INTERRUPTED" && error.code !== "RATE_LIMIT_EXCEEDED")
        fail(`${what}\nThe read failed with ${error.code}: ${error.message}`, {
          advice: "Throw a RateLimitError with retryAfterSeconds: 3600.",
        });
    });
  },
});

import type { Fault } from "../../http/exchange.js";
import { onPage, status } from "../../http/faults.js";
import type { ReaderLab } from "../../plugin/reader-lab.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";
import { middlePage, mustFinish, mustNotEndShort, requestTable } from "./complete.js";

async function survives(
  lab: ReaderLab,
  fault: Fault,
  what: string,
  advice: string,
  times?: number,
): Promise<void> {
  const baseline = await lab.baseline();
  const page = middlePage(baseline);
  await lab.session({ faults: onPage(page, fault, times) }, async (session) => {
    const reading = await session.read({ timeoutSeconds: 25 });
    mustFinish(reading, what, 25);
    mustNotEndShort(baseline, reading, what, advice);
  });
}

export const cutConnection = readerCheck({
  id: "R3.cut",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "A connection that is cut within a page is an error or tried again, never the end",
  why: "Load balancers cut connections at every deployment.",
  how: "Sends half of a page once and cuts the connection.",
  run: (lab) =>
    survives(
      lab,
      { kind: "cut" },
      "A connection was cut in the middle of a page.",
      "Let the error out, or ask for the page again.",
      1,
    ),
});

export const cutJson = readerCheck({
  id: "R3.truncated",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "A page that is cut short and still arrives whole is an error",
  why: "Proxies truncate bodies and correct the length; what is parsed leniently loses the rest of the page.",
  how: "Answers a page with the first half of its text, complete by its headers.",
  run: (lab) =>
    survives(
      lab,
      {
        kind: "change",
        change: (answer) => ({
          ...answer,
          body: answer.body.subarray(0, Math.floor(answer.body.length / 2)),
        }),
      },
      "A page was answered with half of its JSON text.",
      "Let the syntax error out.",
    ),
});

export const htmlInstead = readerCheck({
  id: "R3.not-json",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "A page that is no JSON is an error",
  why: "Captive portals, login pages and maintenance pages answer with status 200.",
  how: "Answers a page with status 200 and an HTML page.",
  run: (lab) =>
    survives(
      lab,
      {
        kind: "answer",
        status: 200,
        headers: { "content-type": "text/html" },
        body: "<!doctype html><title>Down for maintenance</title>",
      },
      "A page was answered with status 200 and HTML.",
      "Fail when an answer is not what the API documents.",
    ),
});

export const missingRecords = readerCheck({
  id: "R3.error-body",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "An answer of status 200 that holds an error instead of records is an error",
  why: "Many APIs say what went wrong in the body of a 200; `body.items ?? []` makes it an empty page.",
  how: 'Answers a page with status 200 and {"error": {"message": …}}.',
  run: (lab) =>
    survives(
      lab,
      {
        kind: "answer",
        status: 200,
        body: JSON.stringify({ error: { code: "internal", message: "The query timed out." } }),
      },
      'A page was answered with status 200 and {"error": …} instead of records.',
      "Fail when the member that holds the records is missing; do not put an empty list in its place.",
    ),
});

export const clientError = readerCheck({
  id: "R3.client-error",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Status 400 and 404 on a page are errors, never the end, and are not repeated",
  why: "A cursor that expired answers 400 or 404; taken for the end, the rest is lost.",
  how: "Answers a page in the middle with 404, then with 400.",
  async run(lab) {
    const baseline = await lab.baseline();
    const page = middlePage(baseline);
    for (const code of [404, 400])
      await lab.session({ faults: onPage(page, status(code)) }, async (session) => {
        const reading = await session.read({ timeoutSeconds: 25 });
        const what = `A page was answered with status ${code}.`;
        mustFinish(reading, what, 25);
        mustNotEndShort(baseline, reading, what, "Throw when a response is not ok.");
        const again = session.exchanges.filter(({ request }) => request.key === page.exchange.request.key);
        if (again.length > 2)
          fail(`${what}\nIt was asked for ${again.length} times, although it will not change.`, {
            difference: requestTable(again),
          });
        if (reading.error?.retryable === true)
          fail(
            `${what}\nThe read failed with ${reading.error.code}, which the engine would repeat in vain.`,
            {
              difference: `expected  an error that is not retryable\ngot       ${reading.error.code}, retryable`,
            },
          );
      });
  },
});

/** Attempts at one request that are reasonable. */
const MOST_ATTEMPTS = 15;

export const serverError = readerCheck({
  id: "R3.server-error",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Status 503 is survived, or fails as retryable",
  why: "The engine takes a run up again after a passing failure, if it is told that it may pass.",
  how: "Answers a page with 503 for good, with Retry-After: 0.",
  async run(lab) {
    const baseline = await lab.baseline();
    const page = middlePage(baseline);
    await lab.session({ faults: onPage(page, status(503, { "retry-after": "0" })) }, async (session) => {
      const reading = await session.read({ timeoutSeconds: 25 });
      const what = "A page was answered with status 503.";
      mustFinish(reading, what, 25);
      mustNotEndShort(baseline, reading, what, "Throw when a response is not ok.");
      const { error } = reading;
      if (error !== undefined && !error.retryable)
        fail(`${what}\nThe read failed so that the engine gives the run up.`, {
          difference: `expected  a retryable error, such as TRANSIENT_ERROR\ngot       ${error.code}, not retryable\n          ${error.message}`,
          advice: "Use http of the SDK, or throw new TransientError(…) for 5xx.",
        });
    });
  },
});

export const boundedRetries = readerCheck({
  id: "R3.retries-end",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Retries end",
  why: "A reader that retries for ever holds the lock of its job, and nobody is told.",
  how: `Answers a page with 503 for good and counts how often it is asked for; more than ${MOST_ATTEMPTS} times is for ever.`,
  async run(lab) {
    const baseline = await lab.baseline();
    const page = middlePage(baseline);
    const stop = new AbortController();
    let asked = 0;
    const failing = onPage(page, status(503, { "retry-after": "0" }));
    await lab.session(
      {
        faults: (request) => {
          const fault = failing(request);
          if (fault !== undefined) asked += 1;
          if (asked > MOST_ATTEMPTS) stop.abort();
          return fault;
        },
      },
      async (session) => {
        const reading = await session.read({ timeoutSeconds: 25, cancel: stop.signal });
        const what = "A page was answered with status 503 for good.";
        if (asked > MOST_ATTEMPTS)
          fail(`${what}\nIt was asked for more than ${MOST_ATTEMPTS} times without an end.`, {
            difference: requestTable(session.exchanges.slice(-8)),
            advice: "Give up after a few attempts; the engine takes the run up again.",
          });
        mustFinish(reading, what, 25);
      },
    );
  },
});

import { onPage, status } from "../../http/faults.js";
import type { ReaderLab } from "../../plugin/reader-lab.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";
import { middlePage, mustNotEndShort, requestTable } from "./complete.js";

/** Requests with a refused key that are tolerated: one more, for a client that renews its token. */
const TOLERATED = 2;

async function refused(lab: ReaderLab, code: number): Promise<void> {
  const baseline = await lab.baseline();
  const page = middlePage(baseline);
  await lab.session({ faults: onPage(page, status(code)) }, async (session) => {
    const reading = await session.read({ timeoutSeconds: 20 });
    const what = `A page was answered with status ${code}.`;
    mustNotEndShort(baseline, reading, what, "Throw an AuthenticationError.");
    const again = session.exchanges.filter(({ request }) => request.key === page.exchange.request.key);
    if (again.length > TOLERATED)
      fail(`${what}\nIt was asked for ${again.length} times with the same credentials.`, {
        difference: requestTable(again),
        advice: "Do not repeat a request that was refused: it locks accounts, and it never helps.",
      });
    const { error } = reading;
    if (error !== undefined && (error.code !== "AUTHENTICATION_FAILED" || error.retryable))
      fail(`${what}\nThe read failed, but not as refused credentials.`, {
        difference: `expected  AUTHENTICATION_FAILED, not retryable\ngot       ${error.code}, ${error.retryable ? "retryable" : "not retryable"}\n          ${error.message}`,
        advice:
          "Use http of the SDK, which tells statuses apart, or throw new AuthenticationError(…) for 401 and 403.",
      });
  });
}

export const unauthorized = readerCheck({
  id: "R3.unauthorized",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Status 401 fails as AUTHENTICATION_FAILED and is not repeated",
  why: "An expired key that is swallowed gives an empty, green run; one that is retried locks the account.",
  how: "Answers a page in the middle of the read with 401, as when a token expires.",
  run: (lab) => refused(lab, 401),
});

export const forbidden = readerCheck({
  id: "R3.forbidden",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "Status 403 fails as AUTHENTICATION_FAILED and is not repeated",
  why: "A missing permission on one page must not look like the end of the data.",
  how: "Answers a page in the middle of the read with 403.",
  run: (lab) => refused(lab, 403),
});

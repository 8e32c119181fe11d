import { onPage, status } from "../../http/faults.js";
import { readerCheck } from "../check.js";
import { mustFinish, mustNotEndShort, sampledPages } from "./complete.js";

export const failedPage = readerCheck({
  id: "R3.failed-page",
  clause: "2.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "A page that fails is an error, never the end",
  why: "A reader that takes a failed page for the last one loses every record after it, and the run is green.",
  how: "Answers the first, a middle and the last page with status 500 for good.",
  async run(lab) {
    const baseline = await lab.baseline();
    for (const page of sampledPages(baseline)) {
      const faults = onPage(page, status(500, { "retry-after": "0" }));
      await lab.session({ faults }, async (session) => {
        const reading = await session.read({ timeoutSeconds: 25 });
        const what = `${page.exchange.request.method} ${page.exchange.request.path} was answered with status 500.`;
        mustFinish(reading, what, 25);
        mustNotEndShort(baseline, reading, what, "Throw when a response is not ok; never return or break.");
      });
    }
  },
});

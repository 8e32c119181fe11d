import { checkStatus, isDativoError } from "@dativo/protocol";
import { onAll, status } from "../../http/faults.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";

/** Seconds that an unreachable source is tried for. */
const OBSERVED_SECONDS = 4;

export const checkHealthy = readerCheck({
  id: "R1.check",
  clause: "2.1",
  group: "connection",
  tier: "offline",
  live: true,
  title: "check succeeds, or says that it is unknown, when the source can be used",
  why: "A check that fails for no reason keeps people from running the job.",
  how: "Calls check against the healthy mock API.",
  async run(lab) {
    await lab.session({}, async (session) => {
      const result = await session.check();
      if (isDativoError(result)) fail(`check threw ${result.code}: ${result.message}`);
      if (checkStatus(result) === "failed")
        fail(`check failed against a healthy source.\n${result.error_code ?? "no code"}: ${result.message}`);
      if (result.message.trim() === "") fail("check answered without a message for the person who ran it.");
    });
  },
});

export const checkRefused = readerCheck({
  id: "R1.check-refused",
  clause: "2.1",
  group: "connection",
  tier: "offline",
  needs: ["http"],
  title: "check does not succeed when the credentials are refused",
  why: "A check that is always green sends people to look for the error everywhere but in the key.",
  how: "Answers every request with 401 and calls check.",
  async run(lab) {
    await lab.session({ faults: onAll(status(401)) }, async (session) => {
      const result = await session.check();
      if (isDativoError(result)) fail(`check threw instead of answering: ${result.code}: ${result.message}`);
      if (result.success)
        fail(
          `Every request was answered with status 401, and check answered success: ${JSON.stringify(result.message)}${session.exchanges.length === 0 ? "\nIt asked nothing." : ""}`,
          { advice: "Make one request that needs the credentials, and answer with what came back." },
        );
      if (checkStatus(result) === "failed" && (result.error_code ?? "") === "")
        fail(`check failed without an error_code: ${JSON.stringify(result)}`, {
          advice:
            'Answer { success: false, message, errorCode: "AUTH_FAILED" }, or throw and let the SDK answer.',
        });
    });
  },
});

export const checkUnreachable = readerCheck({
  id: "R1.check-unreachable",
  clause: "2.1",
  group: "connection",
  tier: "offline",
  needs: ["http"],
  title: "check does not succeed when the source cannot be reached",
  why: "A check that swallows network errors reports a working connection to nowhere.",
  how: `Cuts every connection without an answer and calls check; one that tries again is given ${OBSERVED_SECONDS} s.`,
  async run(lab) {
    await lab.session({ faults: onAll({ kind: "refuse" }) }, async (session) => {
      const result = await session.check(OBSERVED_SECONDS);
      if (isDativoError(result)) return;
      if (result.success)
        fail(`Every connection was cut, and check answered success: ${JSON.stringify(result.message)}`);
    });
  },
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDativoError } from "@dativo/protocol";
import { observedWrite } from "../../plugin/observed.js";
import { sampleRows } from "../../plugin/sample-rows.js";
import { writerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { requestTable } from "../reader/complete.js";
import { LOG_ADVICE, leftOpen } from "../reader/observed.js";

export const writerFailsOnFailure = writerCheck({
  id: "W3.server-error",
  clause: "3.3",
  group: "failures",
  tier: "offline",
  needs: ["http"],
  title: "A request that fails is an error of write or commit, never success",
  why: "A writer that ignores a status reports records as stored that nobody has.",
  how: "Answers each request of a write and a commit with 500, one kind at a time.",
  async run(lab) {
    const { requests } = await lab.baseline();
    if (requests === 0) notApplicable("The writer sends no requests.");
    for (let from = 0; from < requests; from += 1)
      await lab.world(
        {
          faults: (request) =>
            request.index >= from
              ? { kind: "answer", status: 500, headers: { "retry-after": "0" } }
              : undefined,
        },
        async (world) => {
          const writer = await world.open();
          try {
            await writer.commit(await writer.stage("run-1/people/1", sampleRows(3)));
          } catch (error) {
            if (isDativoError(error) && error.retryable) return;
            fail(
              `Request ${from + 1} was answered with status 500, and the error is not retryable: ${(error as Error).message}`,
              {
                advice: "Use http of the SDK, or throw new TransientError(…) for 5xx.",
              },
            );
          }
          fail(
            `From request ${from + 1} on everything was answered with status 500, and write and commit succeeded.`,
            {
              difference: requestTable(world.exchanges),
              advice: "Throw when a response is not ok.",
            },
          );
        },
      );
  },
});

export const writerCancels = writerCheck({
  id: "W6.cancel",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  needs: ["http"],
  title: "Cancelling stops a write that waits for its target",
  why: "A run that cannot be stopped is killed, in the middle of whatever it does.",
  how: "Lets the target stall and cancels.",
  async run(lab) {
    const { requests } = await lab.baseline();
    if (requests === 0) notApplicable("The writer sends no requests.");
    await lab.world({ faults: () => ({ kind: "stall" }) }, async (world) => {
      const writer = await world.open();
      const writing = writer.stage("run-1/people/1", sampleRows(3)).then(
        (staged) => writer.commit(staged),
        () => undefined,
      );
      writing.catch(() => {});
      for (let waited = 0; waited < 3000 && world.exchanges.length === 0; waited += 20) await sleep(20);
      world.cancel();
      for (let waited = 0; waited < 1000 && world.unsettled > 0; waited += 20) await sleep(20);
      if (world.unsettled > 0)
        fail("The run was cancelled, and a second later the writer's request was still open.", {
          difference: requestTable(world.exchanges),
          advice: "Hand signal to every request.",
        });
    });
  },
});

export const writerPrintsNothing = writerCheck({
  id: "W0.stdout",
  clause: "6",
  group: "isolation",
  tier: "offline",
  alone: "in_node",
  title: "The writer prints nothing; what it has to say goes to the log",
  why: "Printed text has no level, cannot be filtered, and tears --json output apart on hosts that do not catch it.",
  how: "Writes and commits in a process that is watched, and looks at its standard streams.",
  async run(lab) {
    await lab.baseline();
    const { printed } = await observedWrite(lab);
    if (printed.length > 0)
      fail(`It printed ${printed.length} times.`, {
        difference: printed.slice(0, 5).join("\n"),
        advice: LOG_ADVICE,
      });
  },
});

export const writerLeavesNothingOpen = writerCheck({
  id: "W6.leaks",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  alone: "in_node",
  title: "Nothing is left open after close",
  why: "Timers, threads, sockets and files that stay keep the process alive.",
  how: "Writes and commits in a process that is watched, closes, and looks for what was not open before: timers, sockets and watchers of Node; files, threads and processes of Python and native plugins.",
  async run(lab) {
    await lab.baseline();
    const { leaked } = await observedWrite(lab);
    if (Object.keys(leaked).length > 0)
      fail(`Still open after close: ${leftOpen(leaked)}.`, {
        advice: "Clear timers, end threads and close what was opened, in close() of the writer.",
      });
  },
});

export const writerReachesDeclaredHosts = writerCheck({
  id: "W0.egress",
  clause: "1",
  group: "isolation",
  tier: "offline",
  alone: "in_node",
  title: "The writer connects only to what its connection names",
  why: "A plugin that calls home leaks data, and fails in networks that only allow what was declared.",
  how: "Writes and commits in a process that is watched, and refuses connections to any other host. Of native plugins it sees those through the proxy that the environment names, and those that last.",
  async run(lab) {
    await lab.baseline();
    const { hosts } = await observedWrite(lab);
    if (hosts.length > 0)
      fail(`It tried to connect to ${hosts.join(", ")}, which its connection does not name.`);
  },
});

export const writerKeepsSecrets = writerCheck({
  id: "W0.leaks",
  clause: "1",
  group: "isolation",
  tier: "offline",
  alone: true,
  title: "No secret is in the target, a log, an error, a file name or a result",
  why: "What is stored or logged is copied to ten places; a key that leaked has to be replaced everywhere.",
  how: "Puts made-up secrets into the credentials, and searches everything the writer handed over and stored.",
  async run(lab) {
    if (lab.subject.canaries.length === 0) notApplicable("The job has no credentials.");
    await lab.baseline();
    await lab.world({}, async (world) => {
      const writer = await world.open();
      await writer.check();
      await writer.commit(await writer.stage("run-1/people/1", sampleRows(3)));
      for (const path of world.files())
        lab.witness.see("a stored file", `${path}\n${readFileSync(join(world.outputBase, path), "latin1")}`);
    });
    const [leak] = lab.witness.leaks;
    if (leak === undefined) return;
    const places = [...new Set(lab.witness.leaks.map(({ where }) => where))];
    fail(`${leak.key} was found in ${places.join(", in ")}.`, { difference: `… ${leak.around} …` });
  },
});

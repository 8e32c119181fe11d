import { observedRead } from "../../plugin/observed.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";

/** How each language says something without printing. */
export const LOG_ADVICE =
  'Use the log: log.info({ page }, "read") in TypeScript, logging.getLogger(__name__) in Python, ctx.info(…) in Rust.';

/** What was left open, for people. */
export function leftOpen(leaked: Readonly<Record<string, number>>): string {
  return Object.entries(leaked)
    .map(([kind, count]) => (count === 1 ? kind : `${kind} (${count})`))
    .join(", ");
}

export const printsNothing = readerCheck({
  id: "R0.stdout",
  clause: "6",
  group: "isolation",
  tier: "offline",
  alone: "in_node",
  title: "The reader prints nothing; what it has to say goes to the log",
  why: "Printed text has no level, cannot be filtered, and tears --json output apart on hosts that do not catch it.",
  how: "Reads everything in a process that is watched, and looks at its standard streams.",
  async run(lab) {
    await lab.baseline();
    const { printed } = await observedRead(lab);
    if (printed.length === 0) return;
    fail(`It printed ${printed.length} times.`, {
      difference: printed.slice(0, 5).join("\n"),
      advice: LOG_ADVICE,
    });
  },
});

export const reachesDeclaredHosts = readerCheck({
  id: "R0.egress",
  clause: "1",
  group: "isolation",
  tier: "offline",
  alone: "in_node",
  title: "The reader connects only to what its connection names",
  why: "A plugin that calls home leaks data, and fails in networks that only allow what was declared.",
  how: "Reads everything in a process that is watched, and refuses connections to any other host. Of native plugins it sees those through the proxy that the environment names, and those that last.",
  async run(lab) {
    await lab.baseline();
    const { hosts } = await observedRead(lab);
    if (hosts.length === 0) return;
    fail(`It tried to connect to ${hosts.join(", ")}, which its connection does not name.`, {
      advice: "Let every address come from the job file.",
    });
  },
});

export const leavesNothingOpen = readerCheck({
  id: "R6.leaks",
  clause: "2.6",
  group: "lifecycle",
  tier: "offline",
  alone: "in_node",
  title: "Nothing is left open after close",
  why: "Timers, threads, sockets and files that stay keep the process alive; hundreds of runs later there are none left.",
  how: "Reads everything in a process that is watched, closes, and looks for what was not open before: timers, sockets and watchers of Node; files, threads and processes of Python and native plugins.",
  async run(lab) {
    await lab.baseline();
    const { leaked } = await observedRead(lab);
    if (Object.keys(leaked).length > 0)
      fail(`Still open after close: ${leftOpen(leaked)}.`, {
        advice:
          "Clear timers, end threads and close what was opened, in close() of the client or of the class.",
      });
  },
});

export const changesNothingGlobal = readerCheck({
  id: "R0.globals",
  clause: "2.5",
  group: "isolation",
  tier: "offline",
  alone: "in_node",
  title: "The reader changes nothing that belongs to its process",
  why: "A changed working folder, variable or prototype breaks the plugin on the other side of the run.",
  how: "Compares the environment, the working folder, the handlers of signals and the globals before and after a full read in a process that is watched.",
  async run(lab) {
    await lab.baseline();
    const { changed } = await observedRead(lab);
    if (changed.length > 0) fail(`It changed ${changed.join(", ")}.`);
  },
});

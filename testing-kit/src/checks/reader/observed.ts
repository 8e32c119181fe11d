import { PROCESS_OBSERVER } from "../../plugin/process-observer.js";
import { readerCheck } from "../check.js";
import { fail } from "../check-failure.js";

export const printsNothing = readerCheck({
  id: "R0.stdout",
  clause: "6",
  group: "isolation",
  tier: "offline",
  needs: ["node"],
  alone: true,
  title: "The reader prints nothing; what it has to say goes to the log",
  why: "Printed text has no level, cannot be filtered, and tears --json output apart on hosts that do not catch it.",
  how: "Reads everything in one process with the kit and watches its standard streams.",
  async run(lab) {
    await lab.baseline();
    const { printed } = await PROCESS_OBSERVER.read(lab);
    if (printed.length === 0) return;
    fail(`It printed ${printed.length} times.`, {
      difference: printed.slice(0, 5).join("\n"),
      advice: 'Use log of the SDK: log.info({ page }, "read").',
    });
  },
});

export const reachesDeclaredHosts = readerCheck({
  id: "R0.egress",
  clause: "1",
  group: "isolation",
  tier: "offline",
  needs: ["node"],
  alone: true,
  title: "The reader connects only to what its connection names",
  why: "A plugin that calls home leaks data, and fails in networks that only allow what was declared.",
  how: "Reads everything in one process with the kit and refuses connections to any other host.",
  async run(lab) {
    await lab.baseline();
    const { hosts } = await PROCESS_OBSERVER.read(lab);
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
  needs: ["node"],
  alone: true,
  title: "Nothing is left open after close",
  why: "Timers, sockets and files that stay keep the process alive; hundreds of runs later there are none left.",
  how: "Reads everything in one process with the kit, closes, and looks for timers, sockets and watchers that were not there before.",
  async run(lab) {
    await lab.baseline();
    const { leaked } = await PROCESS_OBSERVER.read(lab);
    const kinds = Object.entries(leaked).map(([kind, count]) => `${count} ${kind}`);
    if (kinds.length > 0)
      fail(`Still open after close: ${kinds.join(", ")}.`, {
        advice: "Clear timers and close what was opened, in close() of the client or of the class.",
      });
  },
});

export const changesNothingGlobal = readerCheck({
  id: "R0.globals",
  clause: "2.5",
  group: "isolation",
  tier: "offline",
  needs: ["node"],
  alone: true,
  title: "The reader changes nothing that belongs to its process",
  why: "A changed working folder, variable or prototype breaks the plugin on the other side of the run.",
  how: "Compares the environment, the working folder and the globals before and after a full read in one process with the kit.",
  async run(lab) {
    await lab.baseline();
    const { changed } = await PROCESS_OBSERVER.read(lab);
    if (changed.length > 0) fail(`It changed ${changed.join(", ")}.`);
  },
});

import { observedByProbe } from "../probe/observed-by-probe.js";
import { type Observed, PROCESS_OBSERVER } from "./process-observer.js";
import type { ReaderLab } from "./reader-lab.js";
import type { WriterLab } from "./writer-lab.js";
import { WRITER_OBSERVER } from "./writer-observer.js";

/** What reading does to the process of the plugin: this one for plugins that run in Node, else that of a probe. */
export async function observedRead(lab: ReaderLab): Promise<Observed> {
  return lab.subject.runtime === "node"
    ? PROCESS_OBSERVER.read(lab)
    : observedByProbe(await lab.probes.use());
}

/** What writing does to the process of the plugin: this one for plugins that run in Node, else that of a probe. */
export async function observedWrite(lab: WriterLab): Promise<Observed> {
  return lab.subject.runtime === "node"
    ? WRITER_OBSERVER.write(lab)
    : observedByProbe(await lab.probes.use());
}

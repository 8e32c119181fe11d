import { type Observed, observed } from "./process-observer.js";
import { sampleRows } from "./sample-rows.js";
import type { WriterLab } from "./writer-lab.js";

/** Runs a write and a commit in this process and watches what the plugin does to it. */
class WriterObserver {
  private readonly seen = new WeakMap<WriterLab, Promise<Observed>>();

  /** What one write of a lab's plugin did; looked at once. */
  write(lab: WriterLab): Promise<Observed> {
    let found = this.seen.get(lab);
    if (found === undefined) {
      const once = () =>
        lab.worldAlone("in_process", {}, async (world) => {
          const writer = await world.open();
          await writer.commit(await writer.stage("run-1/people/1", sampleRows(3)));
        });
      found = observed(once, once);
      this.seen.set(lab, found);
    }
    return found;
  }
}

/** One for this process, since its hooks are too. */
export const WRITER_OBSERVER = new WriterObserver();

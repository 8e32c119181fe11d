import type { PluginSpec } from "@dativo/protocol";
import type { LabOptions } from "./reader-lab.js";
import type { WriterSubject } from "./subject.js";
import { Witness } from "./witness.js";

/** Everything the checks of one writer share. */
export class WriterLab {
  readonly witness: Witness;
  readonly seed: number;

  constructor(
    readonly subject: WriterSubject,
    options: LabOptions,
  ) {
    this.seed = options.seed;
    this.witness = new Witness(subject.canaries);
  }

  async about(): Promise<{ readonly spec: PluginSpec }> {
    const plugin = await this.subject.load("child_process");
    await plugin.close();
    return { spec: plugin.spec };
  }

  async close(): Promise<void> {}
}

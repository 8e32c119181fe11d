import type { Plugin, PluginSpec } from "@dativo/protocol";
import { type Probes, type ProbeUse, probesOf } from "../probe/probes.js";
import { BaselineFailed } from "./baseline-failed.js";
import { PluginPool } from "./plugin-pool.js";
import type { LabOptions } from "./reader-lab.js";
import { sampleRows } from "./sample-rows.js";
import type { WriterSubject } from "./subject.js";
import { Witness } from "./witness.js";
import { WriterWorld, type WriterWorldOptions } from "./writer-world.js";

/** What a plain write left in the target. */
export interface WriterBaseline {
  /** Whether the kit can look into the target. */
  readonly readable: boolean;
  /** Whether the target is files below the output folder. */
  readonly files: boolean;
  /** Requests of the plain write. */
  readonly requests: number;
}

/** Everything the checks of one writer share. */
export class WriterLab {
  readonly witness: Witness;
  readonly seed: number;
  readonly placement: "in_process" | "child_process";
  /** Works with the plugin in processes that are watched. */
  readonly probes: Probes;
  private readonly pool: PluginPool;
  private spec: Promise<PluginSpec> | undefined;
  private plain: Promise<WriterBaseline> | undefined;

  constructor(
    readonly subject: WriterSubject,
    options: LabOptions,
  ) {
    const { placement = "child_process", hosts = 2, seed } = options;
    this.seed = seed;
    this.placement = placement;
    this.witness = new Witness(subject.canaries);
    this.pool = new PluginPool(() => subject.load(placement), hosts);
    this.probes = probesOf(subject, (use) => this.underProbe(use));
  }

  /** What the plugin says of itself. */
  async about(): Promise<{ readonly spec: PluginSpec }> {
    this.spec ??= this.pool.lease().then(async (lease) => {
      await lease.release(false);
      return lease.plugin.spec;
    });
    return { spec: await this.spec };
  }

  /** A fresh target, removed afterwards. */
  async world<T>(options: WriterWorldOptions, use: (world: WriterWorld) => Promise<T>): Promise<T> {
    const lease = await this.pool.lease();
    let spent = true;
    try {
      const result = await this.within(lease.plugin, options, async (world) => {
        const outcome = await use(world);
        spent = world.unsettled > 0;
        return outcome;
      });
      return result;
    } finally {
      await lease.release(spent);
    }
  }

  /** A fresh target, with a plugin that was loaded for it alone. */
  async worldAlone<T>(
    placement: "in_process" | "child_process",
    options: WriterWorldOptions,
    use: (world: WriterWorld) => Promise<T>,
  ): Promise<T> {
    return this.freshPlugin((plugin) => this.within(plugin, options, use), placement);
  }

  /** A plugin loaded anew, as after a crash: it knows nothing of what was done before. */
  async freshPlugin<T>(use: (plugin: Plugin) => Promise<T>, placement = this.placement): Promise<T> {
    const plugin = await this.subject.load(placement);
    try {
      return await use(plugin);
    } finally {
      await plugin.close();
    }
  }

  /**
   * A plain write of a few rows, and what can be seen of it.
   *
   * @throws BaselineFailed
   */
  async baseline(): Promise<WriterBaseline> {
    this.plain ??= this.world({}, async (world) => {
      const writer = await world.open();
      await writer.commit(await writer.stage("run-1/people/1", sampleRows(3)));
      const visible = await world.visible();
      const files = world.files().length > 0;
      const readable = visible !== undefined && (visible.length > 0 || files);
      return { readable, files, requests: world.exchanges.length };
    });
    return this.plain.catch((error: Error & { code?: string }) => {
      throw new BaselineFailed(`${error.code ?? error.name}: ${error.message}`);
    });
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** Hands over what a probe needs to open the writer by itself, for a target of its own. */
  private async underProbe<T>(use: ProbeUse<T>): Promise<T> {
    const lease = await this.pool.lease();
    try {
      return await this.within(lease.plugin, {}, (world) => use(world.work(), lease.plugin));
    } finally {
      await lease.release(false);
    }
  }

  private async within<T>(
    plugin: Plugin,
    options: WriterWorldOptions,
    use: (world: WriterWorld) => Promise<T>,
  ): Promise<T> {
    const world = await WriterWorld.start(this.subject, plugin, options, this.witness.see);
    try {
      return await use(world);
    } finally {
      await world.end();
    }
  }
}

import { isDativoError, type PluginSpec } from "@dativo/protocol";
import { type Probes, type ProbeUse, probesOf } from "../probe/probes.js";
import { type Baseline, baselineOf } from "./baseline.js";
import { BaselineFailed } from "./baseline-failed.js";
import { canonical } from "./canonical.js";
import { PluginPool } from "./plugin-pool.js";
import { ReaderSession, type ReaderSessionOptions } from "./reader-session.js";
import type { ReaderSubject } from "./subject.js";
import { Witness } from "./witness.js";

/** How a lab treats its plugin. */
export interface LabOptions {
  readonly seed: number;
  /** Where plugins run unless a check needs otherwise. @default "child_process" */
  readonly placement?: "in_process" | "child_process";
  /** Hosts at a time. @default 2 */
  readonly hosts?: number;
}

/** Everything the checks of one reader share. */
export class ReaderLab {
  readonly witness: Witness;
  readonly seed: number;
  readonly placement: "in_process" | "child_process";
  /** Works with the plugin in processes that are watched. */
  readonly probes: Probes;
  private readonly pool: PluginPool;
  private known: Promise<{ spec: PluginSpec; objects: readonly string[] }> | undefined;
  private plain: Promise<Baseline> | undefined;

  constructor(
    readonly subject: ReaderSubject,
    options: LabOptions,
  ) {
    const { placement = "child_process", hosts = 2, seed } = options;
    this.seed = seed;
    this.placement = placement;
    this.witness = new Witness(subject.canaries);
    this.pool = new PluginPool(() => subject.load(placement), hosts);
    this.probes = probesOf(subject, (use) => this.underProbe(use));
  }

  /** What the plugin says of itself, and the objects that are read. */
  about(): Promise<{ readonly spec: PluginSpec; readonly objects: readonly string[] }> {
    this.known ??= this.findObjects();
    return this.known;
  }

  /** Opens a reader in a world of its own, and closes all of it afterwards. */
  async session<T>(options: ReaderSessionOptions, use: (session: ReaderSession) => Promise<T>): Promise<T> {
    const { objects } = await this.about();
    const lease = await this.pool.lease();
    let spent = true;
    try {
      const session = await ReaderSession.start(
        this.subject,
        lease.plugin,
        options,
        objects,
        this.witness.see,
      );
      try {
        const result = await use(session);
        spent = session.unsettled > 0;
        return result;
      } finally {
        await session.end();
      }
    } finally {
      await lease.release(spent);
    }
  }

  /** Opens two readers of one loaded plugin, each in a world of its own, and uses them at the same time. */
  async pair<T>(use: (session: ReaderSession, index: number) => Promise<T>): Promise<readonly [T, T]> {
    const { objects } = await this.about();
    const lease = await this.pool.lease();
    const sessions: ReaderSession[] = [];
    try {
      for (let index = 0; index < 2; index += 1)
        sessions.push(await ReaderSession.start(this.subject, lease.plugin, {}, objects, this.witness.see));
      const [first, second] = sessions as [ReaderSession, ReaderSession];
      return await Promise.all([use(first, 0), use(second, 1)]);
    } finally {
      for (const session of sessions) await session.end();
      await lease.release(true);
    }
  }

  /** Opens a reader in a plugin that was loaded for it alone, in the placement given. */
  async sessionAlone<T>(
    placement: "in_process" | "child_process",
    options: ReaderSessionOptions,
    use: (session: ReaderSession) => Promise<T>,
  ): Promise<T> {
    const { objects } = await this.about();
    const plugin = await this.subject.load(placement);
    try {
      const session = await ReaderSession.start(this.subject, plugin, options, objects, this.witness.see);
      try {
        return await use(session);
      } finally {
        await session.end();
      }
    } finally {
      await plugin.close();
    }
  }

  /**
   * A full read when nothing goes wrong.
   *
   * @throws BaselineFailed
   */
  baseline(): Promise<Baseline> {
    this.plain ??= this.session({}, async (session) => {
      const reading = await session.read({ timeoutSeconds: 60 });
      for (const record of reading.records) this.witness.see("a record", canonical(record.row));
      return baselineOf(reading, session.exchanges);
    });
    return this.plain.then((baseline) => {
      const { error } = baseline.reading;
      if (error !== undefined) throw new BaselineFailed(`${error.code}: ${error.message}`);
      return baseline;
    });
  }

  /** The plain read, whether it failed or not. */
  async plainReading(): Promise<Baseline["reading"]> {
    await this.baseline().catch(() => undefined);
    return (await (this.plain as Promise<Baseline>)).reading;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** Hands over what a probe needs to open the reader by itself. */
  private async underProbe<T>(use: ProbeUse<T>): Promise<T> {
    const { objects } = await this.about();
    const lease = await this.pool.lease();
    try {
      const session = await ReaderSession.start(this.subject, lease.plugin, {}, objects, () => {});
      try {
        return await use({ kind: "reader", source: session.source(), objects }, lease.plugin);
      } finally {
        await session.end();
      }
    } finally {
      await lease.release(false);
    }
  }

  private async findObjects(): Promise<{ spec: PluginSpec; objects: readonly string[] }> {
    const lease = await this.pool.lease();
    const { spec } = lease.plugin;
    try {
      const { source } = this.subject;
      if (source.objects.length > 0) return { spec, objects: source.objects };
      if (spec.objects !== undefined && spec.objects.length > 0)
        return { spec, objects: spec.objects.map(({ name }) => name) };
      const session = await ReaderSession.start(this.subject, lease.plugin, {}, [], this.witness.see);
      const found = await session.discover();
      await session.end();
      return { spec, objects: isDativoError(found) ? [] : found.objects.map(({ name }) => name) };
    } finally {
      await lease.release(false);
    }
  }
}

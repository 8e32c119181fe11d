import type { Plugin } from "@dativo/protocol";

/** A plugin that is used by one session at a time. */
export interface Lease {
  readonly plugin: Plugin;
  /** Gives it back; one that may be in an odd state is closed instead of being used again. */
  release(spent: boolean): Promise<void>;
}

/** Loaded plugins, each in a host of its own, so that starting a process is paid for a few times and not for each check. */
export class PluginPool {
  private readonly idle: Plugin[] = [];
  private open = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param size Hosts at a time */
  constructor(
    private readonly load: () => Promise<Plugin>,
    private readonly size: number,
  ) {}

  async lease(): Promise<Lease> {
    while (this.open >= this.size && this.idle.length === 0)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    const idle = this.idle.pop();
    const plugin = idle ?? (await this.loadOne());
    return {
      plugin,
      release: async (spent) => {
        if (spent) {
          this.open -= 1;
          await plugin.close();
        } else this.idle.push(plugin);
        this.waiting.shift()?.();
      },
    };
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.idle.splice(0).map((plugin) => plugin.close()));
  }

  private async loadOne(): Promise<Plugin> {
    this.open += 1;
    try {
      return await this.load();
    } catch (error) {
      this.open -= 1;
      this.waiting.shift()?.();
      throw error;
    }
  }
}

import type { LoadedPlugins } from "../plan/plugins.js";

/** Holds the plugins of a run; after a failure they are loaded anew, since the process of one may be gone. */
export class PluginHolder implements AsyncDisposable {
  private loaded: Promise<LoadedPlugins> | undefined;

  constructor(private readonly load: () => Promise<LoadedPlugins>) {}

  get(): Promise<LoadedPlugins> {
    this.loaded ??= this.load();
    return this.loaded;
  }

  /** Lets go of the plugins; the next `get` loads them again. */
  async renew(): Promise<void> {
    const { loaded } = this;
    this.loaded = undefined;
    await loaded?.then(
      (plugins) => plugins.close(),
      () => undefined,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.renew();
  }
}

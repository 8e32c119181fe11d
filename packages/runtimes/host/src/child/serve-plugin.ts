import { Socket } from "node:net";
import { CONTRACT_VERSION, FRAME, FRAME_PROTOCOL_VERSION } from "@dativo/protocol";
import { installHostGuards } from "../guard/host-guards.js";
import { FrameChannel } from "../wire/frame-channel.js";
import { watchForOrphaning } from "./orphan-watch.js";
import type { PluginLoader } from "./plugin-operations.js";
import { PluginServer } from "./plugin-server.js";

/** The file descriptor that the host gives frames on; standard output is the plugin's. */
const FRAMES_FD = 3;

/** Milliseconds that instances have to close once the host is gone. */
const CLOSE_GRACE_MS = 1000;

/** What a process that was started for a plugin serves. */
export interface ServedPlugin {
  /** Who speaks, for messages. */
  readonly name: string;
  readonly load: PluginLoader;
}

/**
 * Answers the host's calls until it closes the stream: the whole of what a plugin's process does.
 *
 * @example
 * servePlugin({ name: "@acme/runtime", load: async (params) => ({ plugin, sources: [] }) });
 */
export function servePlugin({ name, load }: ServedPlugin): void {
  // The host decides what an interrupt means for the plugin; the terminal sends it to both.
  process.on("SIGINT", () => {});
  installHostGuards();
  // Libraries that write to the descriptors themselves do not expect to be told to come again later.
  for (const { _handle: handle } of [process.stdout, process.stderr] as unknown as {
    _handle?: { setBlocking?(blocking: boolean): void };
  }[])
    handle?.setBlocking?.(true);
  const server: PluginServer = new PluginServer(() => channel, load);
  const channel = new FrameChannel(new Socket({ fd: FRAMES_FD }), {
    frame: (frame) => server.take(frame),
    closed: () => {
      setTimeout(() => process.exit(0), CLOSE_GRACE_MS);
      void server.close().finally(() => process.exit(0));
    },
  });
  channel.send({
    type: FRAME.hello,
    header: { protocol: FRAME_PROTOCOL_VERSION, api: CONTRACT_VERSION, name },
  });
  watchForOrphaning();
}

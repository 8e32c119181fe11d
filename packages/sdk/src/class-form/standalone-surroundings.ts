import type { JsonObject } from "@dativo/protocol";
import { type ClassSurroundings, currentSurroundings } from "../host/current-host.js";
import { pluginServices } from "../host/plugin-services.js";
import { standaloneHost } from "../host/standalone-host.js";

/** What surrounds an instance under construction: the host that loads it, or one of its own when made by hand. */
export function surroundingsOf(
  name: string,
  config: { readonly engine?: JsonObject | undefined; readonly rateLimits?: JsonObject | undefined },
): ClassSurroundings {
  const current = currentSurroundings();
  if (current !== undefined) return current;
  const host = standaloneHost();
  const settings = { engine: config.engine ?? {}, rateLimits: config.rateLimits ?? {}, signal: host.signal };
  return { ...pluginServices(name, host, settings), host, signal: host.signal };
}

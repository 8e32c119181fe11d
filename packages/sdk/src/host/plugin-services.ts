import type { HostContext, JsonObject, RunIdentity } from "@dativo/protocol";
import { createHttp } from "../http/create-http.js";
import type { Http } from "../http/http.js";
import { createLogger, type Logger } from "../log/logger.js";

/** What every plugin is given beside its configuration. */
export interface PluginServices {
  /** Calls HTTP APIs with retries, one rate budget per credential, and redaction. */
  readonly http: Http;
  readonly log: Logger;
  /** The run it works for. */
  readonly run: RunIdentity;
  /** Absolute folder that relative paths of the job start at. */
  readonly projectRoot: string;
}

/** Makes the services of one plugin instance. */
export function pluginServices(
  name: string,
  host: HostContext,
  settings: { readonly rateLimits?: JsonObject; readonly engine: JsonObject; readonly signal: AbortSignal },
): PluginServices {
  const log = createLogger({ source: name, write: host.log, redactor: host.redactor });
  const options = settings.engine.options;
  const maxPages =
    typeof options === "object" && options !== null && "max_pages" in options ? options.max_pages : undefined;
  return {
    log,
    run: host.run,
    projectRoot: host.projectRoot,
    http: createHttp({
      redactor: host.redactor,
      log,
      signal: settings.signal,
      rateLimits: settings.rateLimits ?? {},
      ...(typeof maxPages === "number" ? { maxPages } : {}),
    }),
  };
}

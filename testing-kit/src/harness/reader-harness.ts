import { type JsonObject, PLUGIN, type PluginExport, type SourceConfig } from "@dativo/protocol";
import { guardPlugin } from "@dativo/runtime-host";
import { createSourceConfig } from "@dativo/sdk";
import type { FaultPlan } from "../http/exchange.js";
import { ReaderSession } from "../plugin/reader-session.js";
import type { ReaderSubject } from "../plugin/subject.js";
import { withCanaries } from "../project/canaries.js";
import type { Startable } from "./engine-harness.js";

/** How a reader harness is made. */
export interface ReaderHarnessOptions {
  /** Stands in for the API; addresses in `source.connection` are replaced by its own. */
  readonly mock?: Startable;
  /** What the job would say of the source. Texts under `credentials` are replaced by made-up ones. */
  readonly source?: Partial<SourceConfig>;
  /** What is done to requests on their way to the mock API. */
  readonly faults?: FaultPlan;
}

/** A reader under test. */
export type ReaderHarness = Pick<
  ReaderSession,
  "check" | "discover" | "estimate" | "read" | "exchanges" | "logs" | "cancel"
> &
  AsyncDisposable & { close(): Promise<void> };

/**
 * Opens a reader in the process of the test, behind the same guards as the engine's and before a mock API.
 *
 * @example
 * await using reader = await createReaderHarness(quakes, { mock: api, source: { connection: { base_url: "http://api" } } });
 * const { records, checkpoints, error } = await reader.read({ objects: ["quakes"] });
 */
export async function createReaderHarness(
  plugin: PluginExport,
  options: ReaderHarnessOptions = {},
): Promise<ReaderHarness> {
  const subject = readerSubject(plugin, options);
  const loaded = await subject.load("in_process");
  const objects =
    subject.source.objects.length > 0
      ? subject.source.objects
      : (loaded.spec.objects ?? []).map(({ name }) => name);
  const session = await ReaderSession.start(
    subject,
    loaded,
    options.faults === undefined ? {} : { faults: options.faults },
    objects,
    () => {},
  );
  const close = async () => {
    await session.end();
    await loaded.close();
  };
  return {
    check: (seconds) => session.check(seconds),
    discover: () => session.discover(),
    estimate: (names) => session.estimate(names),
    read: (request) => session.read(request),
    cancel: () => session.cancel(),
    logs: session.logs,
    get exchanges() {
      return session.exchanges;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What the checks need to know of a reader that a test hands over. */
export function readerSubject(
  plugin: PluginExport,
  { mock, source = {} }: ReaderHarnessOptions,
): ReaderSubject {
  const { credentials, canaries } = withCanaries((source.credentials ?? {}) as JsonObject);
  const { name } = plugin[PLUGIN].spec;
  return {
    kind: "reader",
    name,
    reference: name,
    runtime: "node",
    load: async () => guardPlugin(plugin[PLUGIN], { callTimeoutSeconds: 30 }),
    projectRoot: process.cwd(),
    canaries,
    source: createSourceConfig({ ...source, credentials }),
    ...(mock === undefined
      ? {}
      : { mock: { name: "mock API", start: async () => mock.start({ key: canaries[0]?.value }) } }),
  };
}

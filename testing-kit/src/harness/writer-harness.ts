import { type JsonObject, PLUGIN, type PluginExport, type TargetConfig } from "@dativo/protocol";
import { guardPlugin } from "@dativo/runtime-host";
import { createTargetConfig } from "@dativo/sdk";
import type { FaultPlan } from "../http/exchange.js";
import type { ReadTarget, WriterSubject } from "../plugin/subject.js";
import { WriterWorld } from "../plugin/writer-world.js";
import { withCanaries } from "../project/canaries.js";
import type { Startable } from "./engine-harness.js";

/** How a writer harness is made. */
export interface WriterHarnessOptions {
  /** Stands in for the API; addresses in `target.connection` are replaced by its own. */
  readonly mock?: Startable;
  /** What the job would say of the target. Texts under `credentials` are replaced by made-up ones. */
  readonly target?: Partial<TargetConfig>;
  /** What is done to requests on their way to the mock API. */
  readonly faults?: FaultPlan;
  /** Reads an object back, where the target is neither a folder of files nor the mock API. */
  readonly readTarget?: ReadTarget;
}

/** A writer under test, with a target of its own. */
export type WriterHarness = Pick<
  WriterWorld,
  "open" | "files" | "visible" | "exchanges" | "logs" | "cancel" | "outputBase"
> &
  AsyncDisposable & { close(): Promise<void> };

/**
 * Makes a target for a writer in the process of the test; writers are opened for it one after the other.
 *
 * @example
 * await using target = await createWriterHarness(jsonLines);
 * const writer = await target.open({ runId: "run-1" });
 * await writer.commit(await writer.stage("run-1/people/1", [{ id: 1 }]));
 * expect(await target.visible()).toEqual([{ id: 1 }]);
 */
export async function createWriterHarness(
  plugin: PluginExport,
  options: WriterHarnessOptions = {},
): Promise<WriterHarness> {
  const subject = writerSubject(plugin, options);
  const loaded = await subject.load("in_process");
  const world = await WriterWorld.start(
    subject,
    loaded,
    options.faults === undefined ? {} : { faults: options.faults },
    () => {},
  );
  const close = async () => {
    await world.end();
    await loaded.close();
  };
  return {
    open: (open) => world.open(open),
    files: () => world.files(),
    visible: (object) => world.visible(object),
    cancel: () => world.cancel(),
    logs: world.logs,
    outputBase: world.outputBase,
    get exchanges() {
      return world.exchanges;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What the checks need to know of a writer that a test hands over. */
export function writerSubject(
  plugin: PluginExport,
  { mock, target = {}, readTarget }: WriterHarnessOptions,
): WriterSubject {
  const { credentials, canaries } = withCanaries((target.credentials ?? {}) as JsonObject);
  const { name } = plugin[PLUGIN].spec;
  return {
    kind: "writer",
    name,
    reference: name,
    runtime: "node",
    load: async () => guardPlugin(plugin[PLUGIN], { callTimeoutSeconds: 30 }),
    projectRoot: process.cwd(),
    canaries,
    target: createTargetConfig({ ...target, credentials }),
    ...(readTarget === undefined ? {} : { readTarget }),
    ...(mock === undefined
      ? {}
      : { mock: { name: "mock API", start: async () => mock.start({ key: canaries[0]?.value }) } }),
  };
}

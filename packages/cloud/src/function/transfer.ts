import { carryOut, decodeTask } from "@dativo/engine/function";
import type {
  HostContext,
  LogRecord,
  Plugin,
  PluginSpec,
  ReaderEvent,
  ReaderOpen,
  Redactor,
  WriterOpen,
} from "@dativo/protocol";
import { fromWire, guardPlugin, type PluginLoader, type Wire } from "@dativo/runtime-host";
import { withKeptValue } from "./config-path.js";
import { secretValue } from "./secrets.js";
import { type TransferParams, transferParamsSchema } from "./transfer-params.js";

/** What a transfer works with. */
export interface TransferSurroundings {
  readonly load: PluginLoader;
  /** Absolute folder that plugins see as the project folder. */
  readonly projectRoot: string;
  readonly log: (record: LogRecord) => void;
  readonly redactor: Redactor;
  /** Asked after each event of the reader: whether the invocation is to end there. */
  readonly stop: (event: ReaderEvent) => boolean;
  readonly signal: AbortSignal;
}

/** Reads with one plugin of the function and stages with the other; yields what the run's books need. */
export async function* transfer(
  params: Wire,
  surroundings: TransferSurroundings,
): AsyncGenerator<ReaderEvent, void, undefined> {
  const { reader, writer, run, task } = transferParamsSchema.parse(params);
  const { redactor, log, signal, projectRoot } = surroundings;
  const host: HostContext = { signal, log, redactor, run, projectRoot };
  const readers = await loaded("reader", reader.reference, surroundings);
  const writers = await loaded("writer", writer.reference, surroundings);
  const source = await readers.openReader({
    config: await configOf<ReaderOpen["config"]>(reader, redactor),
    host,
    defaultObject: reader.default_object,
  });
  const config = await configOf<WriterOpen["config"]>(writer, redactor);
  try {
    yield* carryOut(decodeTask(task), {
      reader: source,
      openWriter: ({ mode, ...open }) =>
        writers.openWriter({
          ...open,
          mode,
          config: { ...config, mode },
          host,
          outputBase: writer.output_base,
        }),
      stop: surroundings.stop,
      redactor,
      signal,
    });
  } finally {
    await source.close().catch(() => undefined);
    await Promise.allSettled([readers.close(), writers.close()]);
  }
}

async function loaded(
  kind: PluginSpec["kind"],
  reference: string,
  { load, projectRoot, log, redactor }: TransferSurroundings,
): Promise<Plugin> {
  const params = { reference, kind, project_root: projectRoot, search_paths: [] };
  const { plugin, sources } = await load(params, { log, redactor });
  // Time is kept by the provider, which ends what takes too long.
  return guardPlugin(plugin, { callTimeoutSeconds: 0, sources });
}

/** A configuration with its secrets in their places. */
async function configOf<T>(
  { config, secrets }: Pick<TransferParams["reader"], "config" | "secrets">,
  redactor: Redactor,
): Promise<T> {
  let whole: unknown = config;
  for (const [path, reference] of Object.entries(secrets)) {
    const value = await secretValue(reference);
    redactor.add(value);
    whole = withKeptValue(whole, { path, value });
  }
  return fromWire<T>(whole);
}

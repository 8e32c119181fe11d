import { DativoError, type HostContext, type LogRecord, type Plugin } from "@dativo/protocol";
import { wrongShapeError } from "./call-errors.js";
import { CallGuard, type CallLimits } from "./call-guard.js";
import { runOutsideScope } from "./call-scope.js";
import { describeValue } from "./describe-value.js";
import { guardReader } from "./guard-reader.js";
import { guardWriter } from "./guard-writer.js";
import { installHostGuards } from "./host-guards.js";

/** Seconds a call may take without yielding anything, unless the placement says otherwise. */
export const DEFAULT_CALL_TIMEOUT_SECONDS = 300;

/** How a plugin is guarded. */
export interface GuardOptions {
  /** Seconds one call may take without yielding anything. @default 300 */
  readonly callTimeoutSeconds?: number;
  /** Called when a call is given up, because it neither ended in time nor stopped when cancelled. */
  readonly onStuck?: () => void;
  /** Whether a call that is given up runs on and cannot be ended, as native code in this process does. @default false */
  readonly unstoppable?: boolean;
  /** Whether the plugin runs in another process, which guards it too and has bounded its log records. @default false */
  readonly remote?: boolean;
  /** Absolute paths of the plugin's source files; errors then name the place in them. @default [] */
  readonly sources?: readonly string[];
}

const READER_METHODS = ["check", "discover", "estimate", "extract", "close"];
const WRITER_METHODS = ["check", "write", "flush", "commit", "abort", "close"];

/**
 * Wraps a plugin that runs in this process, so that whatever it does ends as a result of the right shape or as an
 * error that names the plugin and the call.
 *
 * Prints of the plugin become log records; a call that makes no progress, or does not stop within a second of
 * being cancelled, is given up; `process.exit` and errors that nothing catches fail the call they came from.
 *
 * @throws DativoError from its calls: `PLUGIN_WRONG_SHAPE`, `PLUGIN_TIMEOUT`, `PLUGIN_ERROR`, `INTERRUPTED`,
 * `UNEXPECTED_END`, `CONNECTION_FAILED`, `SOURCE_UNREADABLE`, `TARGET_FULL`, `TARGET_UNWRITABLE`, or the plugin's own
 * @example
 * const reader = await guardPlugin(csvReader).openReader({ config, host, defaultObject: "people" });
 */
export function guardPlugin(
  plugin: Omit<Plugin, "close"> & Partial<Plugin>,
  options: GuardOptions = {},
): Plugin {
  installHostGuards();
  const { spec } = plugin;
  const limits: CallLimits = {
    timeoutSeconds: options.callTimeoutSeconds ?? DEFAULT_CALL_TIMEOUT_SECONDS,
    ...(options.onStuck === undefined ? {} : { onStuck: options.onStuck }),
    ...(options.unstoppable === undefined ? {} : { isFinal: options.unstoppable }),
  };
  const sources = new Set(options.sources);
  const guardFor = (host: HostContext) =>
    new CallGuard({
      plugin: spec.name,
      kind: spec.kind,
      limits,
      log: host.log,
      redactor: host.redactor,
      sources,
    });
  return {
    spec,
    openReader: async (open) => {
      mustBe("reader", spec);
      const guard = guardFor(open.host);
      const host = options.remote === true ? open.host : hostFor(open.host, guard);
      const instance = await guard.run("open", open.host.signal, () => plugin.openReader({ ...open, host }));
      mustHave(READER_METHODS, "a reader instance", instance, guard);
      return guardReader(instance, guard);
    },
    openWriter: async (open) => {
      mustBe("writer", spec);
      const guard = guardFor(open.host);
      const host = options.remote === true ? open.host : hostFor(open.host, guard);
      const instance = await guard.run("open", open.host.signal, () => plugin.openWriter({ ...open, host }));
      mustHave(WRITER_METHODS, "a writer instance", instance, guard);
      return guardWriter(instance, guard);
    },
    close: async () => await plugin.close?.(),
  };
}

/** The host as the plugin sees it: its log records carry its name and no secrets. */
function hostFor(host: HostContext, guard: CallGuard): HostContext {
  return { ...host, log: (record: LogRecord) => runOutsideScope(() => guard.log(record)) };
}

function mustBe(kind: Plugin["spec"]["kind"], spec: Plugin["spec"]): void {
  if (spec.kind === kind) return;
  const key = (of: typeof kind) => (of === "reader" ? "source.custom_reader" : "target.custom_writer");
  throw new DativoError({
    code: "PLUGIN_INVALID",
    message: `Plugin "${spec.name}" is a ${spec.kind}, and is used as a ${kind}.`,
    hint: `Name it in ${key(spec.kind)}, or give ${key(kind)} a ${kind}.`,
    details: { plugin: spec.name, expected: kind, got: spec.kind },
  });
}

function mustHave(methods: readonly string[], what: string, instance: unknown, guard: CallGuard): void {
  const members = (instance ?? {}) as Record<string, unknown>;
  const missing = methods.filter((method) => typeof members[method] !== "function");
  if (missing.length > 0)
    throw wrongShapeError(
      guard.plugin,
      "open",
      `${what} with the methods ${missing.join(", ")}`,
      describeValue(instance),
    );
}

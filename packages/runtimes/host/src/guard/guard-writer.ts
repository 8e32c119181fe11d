import {
  commitResultSchema,
  connectionTestResultSchema,
  type WriterInstance,
  writeResultSchema,
} from "@dativo/protocol";
import type { CallGuard, CallOptions } from "./call-guard.js";
import { linkSignals } from "./linked-signal.js";
import { checkShape } from "./shape.js";

/** Wraps a writer so that whatever it does ends as what the contract promises, or as a named error. */
export function guardWriter(inner: WriterInstance, guard: CallGuard): WriterInstance {
  const closing = new AbortController();
  const call = async <T>(
    name: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    options?: CallOptions,
  ): Promise<T> => {
    using linked = linkSignals([signal, closing.signal]);
    return await guard.run(name, linked.signal, () => work(linked.signal), options);
  };
  const written = (result: unknown, name: string) =>
    checkShape(writeResultSchema, "write result", result, guard.plugin, name);
  return {
    check: async (signal) => {
      const result = await call("check", signal, (linked) => inner.check(linked));
      return checkShape(connectionTestResultSchema, "connection test result", result, guard.plugin, "check");
    },
    write: async (request, signal) =>
      written(await call("write", signal, (linked) => inner.write(request, linked)), "write"),
    flush: async (token, signal) =>
      written(await call("flush", signal, (linked) => inner.flush(token, linked)), "flush"),
    commit: async (request, signal) => {
      const result = await call("commit", signal, (linked) => inner.commit(request, linked));
      return checkShape(commitResultSchema, "commit result", result, guard.plugin, "commit");
    },
    abort: async (request, signal) => {
      await call("abort", signal, (linked) => inner.abort(request, linked), { cleanup: true });
    },
    close: () => guard.close(closing, () => inner.close()),
  };
}

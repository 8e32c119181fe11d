import type {
  AbortRequest,
  CommitRequest,
  CommitResult,
  ConnectionTestResult,
  DiscoveryResult,
  ExtractRequest,
  ReaderInstance,
  ReaderPartition,
  WriteRequest,
  WriteResult,
  WriterInstance,
} from "@dativo/protocol";
import { toWire } from "../wire/key-case.js";
import type { Connection } from "./connection.js";
import { remoteStream } from "./remote-stream.js";

/** What a call answered; the guard around the instance checks its shape. */
async function answer<T>(value: Promise<unknown>): Promise<T> {
  return (await value) as T;
}

const never = new AbortController().signal;

/** A reader in another process. */
export function remoteReader(connection: Connection, instance: number): ReaderInstance {
  const request = ({ accepts, ...of }: ExtractRequest) => ({
    instance,
    ...toWire(of),
    // No pointer leads to another process.
    ...(accepts === undefined ? {} : { accepts: accepts.filter((form) => form !== "native") }),
  });
  return {
    check: (signal) => answer<ConnectionTestResult>(connection.call("check", { instance }, signal)),
    discover: (signal) => answer<DiscoveryResult>(connection.call("discover", { instance }, signal)),
    estimate: (of, signal) => answer<number | null>(connection.call("estimate", request(of), signal)),
    extract: (of, signal) => remoteStream(connection, request(of), of.accepts, signal),
    partitions: (of, signal) =>
      answer<readonly ReaderPartition[]>(connection.call("partitions", { instance, ...toWire(of) }, signal)),
    close: () => answer<void>(connection.call("close", { instance }, never)),
  };
}

/** A writer in another process. */
export function remoteWriter(connection: Connection, instance: number): WriterInstance {
  return {
    check: (signal) => answer<ConnectionTestResult>(connection.call("check", { instance }, signal)),
    write: ({ data, ...request }: WriteRequest, signal) =>
      answer<WriteResult>(connection.call("write", { instance, ...toWire(request) }, signal, data)),
    flush: (token, signal) => answer<WriteResult>(connection.call("flush", { instance, token }, signal)),
    commit: (request: CommitRequest, signal) =>
      answer<CommitResult>(connection.call("commit", { instance, ...toWire(request) }, signal)),
    abort: (request: AbortRequest, signal) =>
      answer<void>(connection.call("abort", { instance, ...toWire(request) }, signal)),
    close: () => answer<void>(connection.call("close", { instance }, never)),
  };
}

import type {
  AbortRequest,
  CommitRequest,
  CommitResult,
  ConnectionTestResult,
  WriteRequest,
  WriteResult,
  WriterInstance,
} from "@dativo/protocol";
import type { Lifetime } from "../lifetime/lifetime.js";
import { untilAborted } from "../lifetime/until-aborted.js";
import { failedCheck, notImplemented } from "../results/check-result.js";
import { toAuthorFiles, toWireCheck, toWireCommit, toWireFiles } from "../results/wire-results.js";
import { accountFor } from "../writer/account-for.js";
import { rowsOf } from "../writer/rows-of.js";
import type { BaseWriter } from "./base-writer.js";

/** The instance of a class that extends `BaseWriter`. */
export class ClassWriter implements WriterInstance {
  constructor(
    private readonly lifetime: Lifetime<BaseWriter>,
    private readonly name: string,
  ) {}

  async check(signal: AbortSignal): Promise<ConnectionTestResult> {
    const operation = this.lifetime.operation(signal);
    try {
      const result = await untilAborted(
        async () => (await this.lifetime.client()).checkConnection(),
        operation,
      );
      return result === undefined ? notImplemented() : toWireCheck(`${this.name}.checkConnection`, result);
    } catch (error) {
      return failedCheck(error, operation);
    }
  }

  async write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult> {
    const call = `${this.name}.writeBatch`;
    const rows = rowsOf(request.data, this.name);
    const operation = this.lifetime.operation(signal);
    const files = await untilAborted(
      async () => (await this.lifetime.client()).writeBatch(rows, request.fileCounter),
      operation,
    );
    return { files: accountFor(call, toWireFiles(call, files), rows.length) };
  }

  flush(): Promise<WriteResult> {
    return Promise.resolve({ files: [] }); // a writer class keeps nothing back
  }

  async commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult> {
    const operation = this.lifetime.operation(signal);
    const files = toAuthorFiles(request.files);
    const result = await untilAborted(
      async () => (await this.lifetime.client()).commitFiles(files, request.token),
      operation,
    );
    return toWireCommit(`${this.name}.commitFiles`, result, request.files);
  }

  async abort(request: AbortRequest, signal: AbortSignal): Promise<void> {
    const operation = this.lifetime.cleanup(signal);
    const files = request.scope === "files" ? toAuthorFiles(request.files) : [];
    const scope = { scope: request.scope, runId: request.scope === "run" ? request.runId : undefined };
    await untilAborted(async () => (await this.lifetime.client()).abortFiles(files, scope), operation);
  }

  close(): Promise<void> {
    return this.lifetime.close();
  }
}

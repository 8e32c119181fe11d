import type {
  AbortRequest,
  BatchData,
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
import {
  toAuthorFiles,
  toWireCheck,
  toWireCommit,
  toWireFiles,
  wrongShape,
} from "../results/wire-results.js";
import { accountFor } from "./account-for.js";
import { rowsOf } from "./rows-of.js";
import type { OpenWriterContext, WriterBatch, WriterContext, WriterDefinition } from "./writer-definition.js";

type AnyContext = WriterContext<object, unknown>;

/** The instance of a writer made by `defineWriter`. */
export class DefinedWriter implements WriterInstance {
  constructor(
    private readonly definition: WriterDefinition<object, unknown>,
    private readonly opened: OpenWriterContext<object>,
    private readonly lifetime: Lifetime<unknown>,
  ) {}

  async check(signal: AbortSignal): Promise<ConnectionTestResult> {
    const { check, name } = this.definition;
    if (check === undefined) return notImplemented();
    const operation = this.lifetime.operation(signal);
    try {
      return toWireCheck(`${name}.check`, await this.call(operation, check));
    } catch (error) {
      return failedCheck(error, operation);
    }
  }

  async write(request: WriteRequest, signal: AbortSignal): Promise<WriteResult> {
    const { write, flush, name } = this.definition;
    const { fileCounter, token } = request;
    const batch = this.batchOf(request);
    const answer = await this.call(this.lifetime.operation(signal), (context) =>
      write({ ...context, batch, fileCounter, token }),
    );
    const result = toWireWrite(`${name}.write`, answer);
    if (flush !== undefined || batch.recordCount === undefined) return result;
    const stored = batch.recordCount - (result.rejected?.length ?? 0);
    return { ...result, files: accountFor(`${name}.write`, result.files, stored) };
  }

  async flush(token: string, signal: AbortSignal): Promise<WriteResult> {
    const { flush, name } = this.definition;
    if (flush === undefined) return { files: [] };
    return toWireWrite(
      `${name}.flush`,
      await this.call(this.lifetime.operation(signal), (context) => flush({ ...context, token })),
    );
  }

  async commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult> {
    const { commit, name } = this.definition;
    const files = toAuthorFiles(request.files);
    const { token, final, schema } = request;
    const answer = await this.call(this.lifetime.operation(signal), (context) =>
      commit({ ...context, files, token, final, schema }),
    );
    return toWireCommit(`${name}.commit`, answer, request.files);
  }

  async abort(request: AbortRequest, signal: AbortSignal): Promise<void> {
    const { abort } = this.definition;
    const scope =
      request.scope === "files"
        ? {
            scope: request.scope,
            files: toAuthorFiles(request.files),
            token: request.token,
            runId: undefined,
          }
        : { scope: request.scope, files: [], token: undefined, runId: request.runId };
    await this.call(this.lifetime.cleanup(signal), (context) => abort({ ...context, ...scope }));
  }

  close(): Promise<void> {
    return this.lifetime.close();
  }

  private call<T>(signal: AbortSignal, operation: (context: AnyContext) => T | Promise<T>): Promise<T> {
    return untilAborted(
      async () => operation({ ...this.opened, signal, client: await this.lifetime.client() }),
      signal,
    );
  }

  private batchOf({ data, schema }: WriteRequest): WriterBatch {
    const { name } = this.definition;
    return {
      rows: () => rowsOf(data, name),
      data,
      schema,
      object: this.opened.object,
      recordCount: recordCountOf(data),
    };
  }
}

function recordCountOf(data: BatchData): number | undefined {
  if (data.form === "rows") return data.rows.length;
  return data.form === "json" ? undefined : data.recordCount;
}

function toWireWrite(call: string, answer: unknown): WriteResult {
  if (Array.isArray(answer)) return { files: toWireFiles(call, answer) };
  if (typeof answer !== "object" || answer === null || !("files" in answer))
    throw wrongShape(call, "{ files, rejected? } or a list of files", answer);
  const files = toWireFiles(call, answer.files);
  const rejected = "rejected" in answer ? answer.rejected : undefined;
  if (rejected === undefined || rejected === null) return { files };
  if (!Array.isArray(rejected))
    throw wrongShape(call, "rejected records that are a list of { index, reason }", rejected);
  return { files, rejected };
}

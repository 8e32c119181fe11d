import { randomUUID } from "node:crypto";
import type { GcpError } from "./gcp-exchange.js";

const TYPES = "type.googleapis.com/google.cloud.functions.v2.";

/** Something that takes a while, as Google's APIs write it. */
export interface Operation {
  readonly name: string;
  readonly metadata: Record<string, unknown>;
  done: boolean;
  error?: { readonly code: number; readonly message: string };
  response?: unknown;
}

/** The long-running operations of a project. */
export class Operations {
  private readonly all = new Map<string, Operation>();

  /** Begins one; it ends when the work does. */
  begin(parent: string, verb: string, target: string, work: () => Promise<object | undefined>): Operation {
    const operation: Operation = {
      name: `${parent}/operations/operation-${Date.now()}-${randomUUID().slice(0, 13)}`,
      metadata: {
        "@type": `${TYPES}OperationMetadata`,
        createTime: new Date().toISOString(),
        target,
        verb,
        apiVersion: "v2",
        cancelRequested: false,
        stages: [{ name: "BUILD", state: "IN_PROGRESS" }],
      },
      done: false,
    };
    this.all.set(operation.name, operation);
    void work().then(
      (result) => {
        operation.response =
          result === undefined
            ? { "@type": "type.googleapis.com/google.protobuf.Empty" }
            : { "@type": `${TYPES}Function`, ...result };
        this.finish(operation, "COMPLETE");
      },
      (error: GcpError) => {
        operation.error = { code: error.code ?? 13, message: error.message };
        this.finish(operation, "COMPLETE");
      },
    );
    return { ...operation };
  }

  get(name: string): Operation | undefined {
    return this.all.get(name);
  }

  list(parent: string): readonly Operation[] {
    return [...this.all.values()].filter(({ name }) => name.startsWith(`${parent}/operations/`));
  }

  private finish(operation: Operation, state: string): void {
    operation.metadata.endTime = new Date().toISOString();
    operation.metadata.stages = [{ name: "BUILD", state }];
    operation.done = true;
  }
}

import type {
  AbortRequest,
  CommitRequest,
  CommitResult,
  ConnectionTestResult,
  TableSchema,
  WriteRequest,
  WriteResult,
  WriterInstance,
} from "@dativo/protocol";
import { toWire } from "@dativo/runtime-host";
import { nativeFault } from "../call/native-calls.js";
import { LentSchemas, lendBatch, takeBack } from "./lent-batches.js";
import { encodeText, type V2Instance } from "./v2-instance.js";

/** A writer of ABI v2. */
export class V2Writer implements WriterInstance {
  private readonly schemas = new LentSchemas();
  private readonly schemaTexts = new WeakMap<TableSchema, string>();

  constructor(private readonly instance: V2Instance) {}

  async check(): Promise<ConnectionTestResult> {
    return (await this.instance.call("check")) as ConnectionTestResult;
  }

  async write({ data, schema, fileCounter, token }: WriteRequest): Promise<WriteResult> {
    if (data.form !== "native" && data.form !== "arrow")
      throw nativeFault("write", `takes columns, not ${data.form}`);
    const head = JSON.stringify({ file_counter: fileCounter, token }).slice(0, -1);
    const request = encodeText(`${head},"schema":${this.schemaText(schema)}}`);
    const array = lendBatch(data, this.instance.table);
    try {
      return (await this.instance.write(request, this.schemas.lend(data.schema), array)) as WriteResult;
    } finally {
      takeBack(array);
    }
  }

  async flush(token: string): Promise<WriteResult> {
    return (await this.instance.call("flush", { token })) as WriteResult;
  }

  async commit(request: CommitRequest): Promise<CommitResult> {
    return (await this.instance.call("commit", toWire(request))) as CommitResult;
  }

  async abort(request: AbortRequest): Promise<void> {
    await this.instance.call("abort", toWire(request));
  }

  async close(): Promise<void> {
    await this.instance.close();
  }

  private schemaText(schema: TableSchema): string {
    let text = this.schemaTexts.get(schema);
    if (text === undefined) {
      text = JSON.stringify(schema);
      this.schemaTexts.set(schema, text);
    }
    return text;
  }
}

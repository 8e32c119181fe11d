import { compilePacker } from "@dativo/columnar";
import {
  type AbortRequest,
  type BatchData,
  type BatchForm,
  type CommitResult,
  type ConnectionTestResult,
  type DativoError,
  type FileMetadata,
  type RejectedRecord,
  type Row,
  type TableSchema,
  toDativoError,
  type WriteResult,
  type WriterInstance,
} from "@dativo/protocol";
import { losslessText } from "../http/page-records.js";
import { SCHEMA } from "./sample-rows.js";

/** What surrounds an opened writer. */
interface Surroundings {
  readonly accepts: readonly BatchForm[];
  readonly object: string;
  readonly schema?: TableSchema;
  readonly fileCounter: () => number;
  readonly onFiles: (count: number) => void;
  readonly witness: (what: string, value: unknown) => void;
  readonly signal: AbortSignal;
}

/** Records that were staged for one commit. */
export interface Staged {
  readonly token: string;
  readonly files: readonly FileMetadata[];
  readonly rejected: readonly (RejectedRecord & { readonly batch: number })[];
}

/** A writer of one object, driven as the engine drives it. */
export class OpenedWriter {
  constructor(
    private readonly instance: WriterInstance,
    private readonly surroundings: Surroundings,
  ) {}

  get schema(): TableSchema {
    return this.surroundings.schema ?? SCHEMA;
  }

  async check(): Promise<ConnectionTestResult | DativoError> {
    try {
      const result = await this.instance.check(this.within(15));
      this.surroundings.witness("the result of check", result);
      return result;
    } catch (thrown) {
      return this.failed("check", thrown);
    }
  }

  /** Writes batches and flushes, as before a commit. @throws DativoError what the writer threw */
  async stage(token: string, ...batches: readonly (readonly Row[])[]): Promise<Staged> {
    const files: FileMetadata[] = [];
    const rejected: Staged["rejected"][number][] = [];
    const take = (result: WriteResult, batch: number) => {
      files.push(...result.files);
      this.surroundings.onFiles(result.files.length);
      rejected.push(...(result.rejected ?? []).map((record) => ({ ...record, batch })));
      this.surroundings.witness("file metadata", result);
    };
    await this.guarded("write", async () => {
      for (const [index, rows] of batches.entries())
        take(
          await this.instance.write(
            {
              data: this.dataOf(rows),
              schema: this.schema,
              fileCounter: this.surroundings.fileCounter(),
              token,
            },
            this.within(20),
          ),
          index,
        );
      take(await this.instance.flush(token, this.within(20)), batches.length);
    });
    return { token, files, rejected };
  }

  /** @throws DativoError what the writer threw */
  commit(staged: Staged, options: { readonly final?: boolean } = {}): Promise<CommitResult> {
    const { token, files } = staged;
    return this.guarded("commit", async () => {
      const result = await this.instance.commit(
        { files, token, final: options.final ?? true, schema: this.schema },
        this.within(20),
      );
      this.surroundings.witness("the result of commit", result);
      return result;
    });
  }

  /** @throws DativoError what the writer threw */
  abort(request: AbortRequest): Promise<void> {
    return this.guarded("abort", () => this.instance.abort(request, this.within(20)));
  }

  close(): Promise<void> {
    return this.instance.close();
  }

  private async guarded<T>(call: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw this.failed(call, thrown);
    }
  }

  private failed(call: string, thrown: unknown): DativoError {
    const error = toDativoError(thrown, { code: "PLUGIN_ERROR" });
    this.surroundings.witness(`an error of ${call}`, error.toJSON());
    return error;
  }

  /** Rows in the first form that the writer accepts and the kit can make. */
  private dataOf(rows: readonly Row[]): BatchData {
    const { accepts } = this.surroundings;
    const form = accepts.find((candidate) => candidate !== "relation") ?? "rows";
    if (form === "rows") return { form, rows };
    if (form === "json") return { form, text: new TextEncoder().encode(losslessText(rows)) };
    return compilePacker(this.schema).pack(rows, { mode: "warn" }).batch;
  }

  private within(seconds: number): AbortSignal {
    return AbortSignal.any([this.surroundings.signal, AbortSignal.timeout(seconds * 1000)]);
  }
}

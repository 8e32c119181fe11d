import type { ColumnBatch, TableSchema } from "@dativo/protocol";
import { ARROW_ARRAY } from "../c-data/layout.js";
import { NativePiece } from "../c-data/native-piece.js";
import { callRelease } from "../c-data/release.js";
import { ColumnAssembler } from "../columns/column-assembler.js";
import { columnBatch } from "../columns/column-batch.js";
import { allocateWords, type Pointer } from "../native/memory.js";
import { duckDbError } from "./errors.js";
import { openResult } from "./result.js";
import { type Session, withSession } from "./session.js";
import type { Parameter } from "./statement.js";

/** How a result is cut into batches. */
export interface StreamOptions {
  /** Values of the statement's parameters. */
  readonly parameters?: readonly Parameter[];
  /** Bytes after which a batch is handed over. @default 1 MiB */
  readonly batchBytes?: number | undefined;
  /** Records after which a batch is handed over, rounded up to DuckDB's own chunks of up to 2,048. @default 65536 */
  readonly batchRows?: number | undefined;
  /** Stops the query. */
  readonly signal?: AbortSignal | undefined;
  /** Called once with the columns, also when there are no records. */
  readonly onSchema?: (schema: TableSchema) => void;
}

const DEFAULT_BATCH_BYTES = 1024 * 1024;
const DEFAULT_BATCH_ROWS = 65_536;

/** Runs a query and yields its result in batches. */
export async function* readStream(
  session: Session,
  sql: string,
  options: StreamOptions,
): AsyncGenerator<ColumnBatch, void, undefined> {
  const within = <T>(work: () => Promise<T>) => withSession(session, options.signal, work);
  await using open = await within(() => openResult(session, sql, options.parameters ?? []));
  const { schema } = open;
  options.onSchema?.(schema);
  await using chunks = new ChunkReader(session, open.result);
  const assemblers = schema.fields.map((field) => new ColumnAssembler(field.type));
  const batchBytes = options.batchBytes ?? DEFAULT_BATCH_BYTES;
  const batchRows = options.batchRows ?? DEFAULT_BATCH_ROWS;
  let rows = 0;
  const finish = () => {
    const batch = columnBatch(
      schema,
      rows,
      assemblers.map((assembler) => assembler.finish()),
    );
    rows = 0;
    return batch;
  };
  for (;;) {
    const read = await within(() => chunks.read(assemblers));
    if (read === 0) break;
    rows += read;
    if (
      rows >= batchRows ||
      assemblers.reduce((bytes, assembler) => bytes + assembler.byteSize, 0) >= batchBytes
    )
      yield finish();
  }
  if (rows > 0) yield finish();
}

/** Fetches chunks of a running query, one ahead, and copies them into assemblers. */
class ChunkReader implements AsyncDisposable {
  private readonly structure: unknown;
  private readonly arrowOptions = allocateWords(1);
  private readonly chunk = allocateWords(1);
  private readonly array = allocateWords(ARROW_ARRAY.words);
  private ahead: Promise<Pointer | null> | undefined;

  constructor(
    private readonly session: Session,
    private readonly result: Uint8Array,
  ) {
    this.structure = session.library.resultStructure(result);
    session.library.arrowOptions(session.handle, this.arrowOptions);
  }

  /** Appends the next chunk and returns its number of rows, 0 at the end. */
  async read(assemblers: readonly ColumnAssembler[]): Promise<number> {
    const { library } = this.session;
    for (;;) {
      const chunk = await this.next();
      if (!chunk) return 0;
      this.chunk[0] = chunk;
      try {
        const rows = Number(library.chunkSize(chunk));
        if (rows === 0) continue;
        this.append(chunk, assemblers);
        return rows;
      } finally {
        library.destroyChunk(this.chunk);
      }
    }
  }

  /** Waits for the chunk under way and asks for the one after it. */
  private async next(): Promise<Pointer | null> {
    const { library } = this.session;
    const chunk = await (this.ahead ?? this.fetch());
    this.ahead = undefined;
    if (chunk) {
      this.ahead = this.fetch();
      this.ahead.catch(() => undefined);
      return chunk;
    }
    const message = library.resultError(this.result);
    if (message) throw duckDbError(message);
    return null;
  }

  private fetch(): Promise<Pointer | null> {
    return this.session.call(this.session.library.fetchChunk, this.structure);
  }

  private append(chunk: Pointer, assemblers: readonly ColumnAssembler[]): void {
    const { library } = this.session;
    this.array.fill(0n);
    const failure = library.chunkToArrow(this.arrowOptions[0] as Pointer, chunk, this.array);
    if (failure) {
      const message = library.errorMessage(failure);
      library.destroyError(new BigUint64Array([failure]));
      throw duckDbError(message);
    }
    try {
      const root = new NativePiece(this.array);
      assemblers.forEach((assembler, index) => void assembler.append(root.child(index)));
    } finally {
      callRelease(this.array[ARROW_ARRAY.release] as Pointer, this.array);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const chunk = await this.ahead?.catch(() => null);
    if (chunk) {
      this.chunk[0] = chunk;
      this.session.library.destroyChunk(this.chunk);
    }
    this.session.library.destroyArrowOptions(this.arrowOptions);
  }
}

import { type ColumnBatch, DativoError, isDativoError, type Row, type TableSchema } from "@dativo/protocol";
import { unpackRows } from "../unpack/unpack-rows.js";
import type { ArrowBatch, ColumnBatchRegistry } from "./column-batch-registry.js";
import { closedError } from "./errors.js";
import { type Session, withSession } from "./session.js";
import { describeStatement, type Parameter, prepare, type ResultColumns, runSql } from "./statement.js";
import { readStream, type StreamOptions } from "./stream.js";

/** A small result, all of it in memory. */
export interface QueryResult {
  readonly schema: TableSchema;
  readonly rows: Row[];
}

/**
 * One session on the embedded DuckDB; statements on it run one after the other, off the event loop.
 *
 * @example
 * const connection = database.connect();
 * await connection.run("CREATE TABLE t AS SELECT 1 AS id");
 * for await (const batch of connection.stream("SELECT * FROM t")) use(batch);
 * await connection.close();
 */
export class Connection {
  private tail: Promise<unknown> = Promise.resolve();
  private streaming: { batches: AsyncGenerator<ColumnBatch, void, undefined>; done: () => void } | undefined;
  private closing: Promise<void> | undefined;

  /** @internal Made by `DuckDb.connect`. */
  constructor(
    private readonly session: Session,
    private readonly registry: ColumnBatchRegistry,
    private readonly onClose: (connection: Connection) => void,
  ) {}

  /**
   * Runs one or more statements and returns the number of rows that the last one changed.
   *
   * @throws DativoError `DUCKDB_ERROR`, `TARGET_FULL`, `TARGET_UNWRITABLE`, or `INTERRUPTED` when `signal` fires.
   * @example
   * await connection.run("INSERT INTO t VALUES (2), (3)") // 2
   */
  run(sql: string, signal?: AbortSignal): Promise<number> {
    return this.exclusively(() => withSession(this.session, signal, () => runSql(this.session, sql)));
  }

  /**
   * Runs a query whose result is small and returns its rows.
   *
   * @param parameters values of `?` or `$1` in the statement.
   * @throws DativoError as `run` does.
   * @example
   * const { rows } = await connection.query("SELECT ? + 1 AS n", [41]); // [{ n: 42 }]
   */
  async query(
    sql: string,
    parameters: readonly Parameter[] = [],
    signal?: AbortSignal,
  ): Promise<QueryResult> {
    const rows: Row[] = [];
    let schema: TableSchema = { fields: [] };
    const onSchema = (known: TableSchema) => {
      schema = known;
    };
    const options: StreamOptions = { parameters, signal, onSchema };
    for await (const batch of this.stream(sql, options)) for (const row of unpackRows(batch)) rows.push(row);
    return { schema, rows };
  }

  /**
   * Runs a query and yields its result in batches, as it is produced.
   *
   * The connection can do nothing else until the stream has ended or was left.
   *
   * @throws DativoError as `run` does.
   * @example
   * for await (const batch of connection.stream("FROM 'in.parquet'", { batchRows: 10_000 })) use(batch);
   */
  async *stream(sql: string, options: StreamOptions = {}): AsyncGenerator<ColumnBatch, void, undefined> {
    const done = await this.acquire();
    const batches = readStream(this.session, sql, options);
    this.streaming = { batches, done };
    try {
      for (;;) {
        const next = await batches.next();
        // A stream that was cut off by closing the connection must not look complete.
        if (this.closing) throw closedError("connection");
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await batches.return();
      this.streaming = undefined;
      done();
    }
  }

  /**
   * The columns a query yields, without running it.
   *
   * @throws DativoError `DUCKDB_ERROR` when the query is not valid.
   */
  async describe(sql: string): Promise<TableSchema> {
    return (await this.describeTypes(sql)).schema;
  }

  /** @internal The columns a query yields, and how DuckDB delivers them. */
  describeTypes(sql: string): Promise<ResultColumns> {
    return this.exclusively(async () => {
      await using statement = await prepare(this.session, sql);
      return describeStatement(this.session, statement);
    });
  }

  /**
   * Makes batches readable by SQL, without copying them, while `use` runs.
   *
   * `use` is given a query that yields all their records; it can be run **once**, and has to be taken **whole**, as
   * `INSERT INTO t ${sql}` or `COPY (${sql}) TO …`: DuckDB pushes a choice of columns or a filter down into scans of
   * C streams, which do not know them, and the values would be wrong. It must not run inside a
   * transaction that `BEGIN` opened: DuckDB allows a transaction to write one database only, and registering
   * batches counts as writing. Insert into a staging table first, then move its rows in a transaction.
   *
   * @throws DativoError `DUCKDB_ERROR` when there is no batch or DuckDB refuses the columns, `CONFIG_INVALID` when
   * two names differ in case only or one is empty.
   * @param batches native ones must be held until the promise settles
   * @example
   * await connection.withColumnBatches(batches, (sql) => connection.run(`INSERT INTO t ${sql}`));
   */
  async withColumnBatches<T>(
    batches: readonly ArrowBatch[],
    use: (relationSql: string) => Promise<T>,
  ): Promise<T> {
    if (this.closing) throw closedError("connection");
    const registered = this.registry.register(batches);
    try {
      return await use(registered.sql);
    } catch (error) {
      throw insideTransaction(error) ?? error;
    } finally {
      // A statement that `use` did not wait for still reads the buffers.
      await this.tail;
      registered.release();
    }
  }

  /** Stops what runs on the connection and closes it; closing twice is allowed. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      this.session.interruptNow();
      const { streaming } = this;
      await streaming?.batches.return().catch(() => undefined);
      streaming?.done();
      await this.tail;
      this.session.disconnect();
      this.onClose(this);
    })();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  private async exclusively<T>(work: () => Promise<T>): Promise<T> {
    const done = await this.acquire();
    try {
      return await work();
    } finally {
      done();
    }
  }

  /** Waits for the statements before this one; the caller calls what is returned when its own has ended. */
  private async acquire(): Promise<() => void> {
    if (this.closing) throw closedError("connection");
    if (this.streaming)
      throw new DativoError({
        code: "DUCKDB_ERROR",
        message: "The connection is still streaming a result.",
        hint: "Read the stream to its end first, or use a second connection.",
      });
    const before = this.tail;
    let done!: () => void;
    this.tail = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    if (this.closing) {
      done();
      throw closedError("connection");
    }
    return done;
  }
}

/** A better explanation of the error with which batches are used in a transaction that began before them. */
function insideTransaction(error: unknown): DativoError | undefined {
  if (!isDativoError(error) || !/dativo_batch_\d+ does not exist/.test(error.message)) return undefined;
  return new DativoError({
    code: "DUCKDB_ERROR",
    message: "Batches cannot be read inside a transaction that was opened with BEGIN.",
    hint: "Insert them into a staging table first, then move its rows in a transaction.",
    cause: error,
  });
}

import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { allocateWords, type Pointer, readCString } from "../native/memory.js";
import { Attachments, type AttachOptions } from "./attachments.js";
import { callAsync } from "./call-gate.js";
import { ColumnBatchRegistry } from "./column-batch-registry.js";
import { Connection } from "./connection.js";
import { closedError, duckDbError } from "./errors.js";
import { type DuckDbLibrary, loadDuckDbLibrary } from "./library.js";
import { Session } from "./session.js";

const MEBIBYTE = 1024 * 1024;

/** Settings of a DuckDB instance. */
export interface DuckDbOptions {
  /** Threads that queries may use. @default one for each core */
  readonly threads?: number | undefined;
  /** Bytes that DuckDB may hold before it moves data to disk. @default half the memory, at most 2 GiB */
  readonly memoryLimitBytes?: number | undefined;
}

/**
 * The embedded DuckDB: an instance in memory, to which database files can be attached.
 *
 * It works offline (extensions are never downloaded), counts time in UTC and does not keep the order of rows
 * where a query does not ask for one.
 *
 * @example
 * const database = await DuckDb.shared();
 * const connection = database.connect();
 * await connection.run("COPY (SELECT 42 AS answer) TO 'out.parquet'");
 * await connection.close();
 */
export class DuckDb {
  private static instance: Promise<DuckDb> | undefined;

  private readonly connections = new Set<Connection>();
  private readonly sessions = new Set<Session>();
  private readonly registry: ColumnBatchRegistry;
  private readonly attachments: Attachments;
  private closing: Promise<void> | undefined;

  private constructor(
    private readonly library: DuckDbLibrary,
    private readonly database: BigUint64Array,
    private readonly temporary: string,
  ) {
    this.registry = new ColumnBatchRegistry(this.openSession());
    this.attachments = new Attachments(this.openSession());
    stopAtExit(this);
  }

  /**
   * The instance that the whole process shares, opened when it is first asked for.
   *
   * @throws DativoError `DUCKDB_ERROR` when DuckDB is not installed for this platform.
   */
  static shared(): Promise<DuckDb> {
    if (DuckDb.instance === undefined) {
      const opening = DuckDb.open();
      DuckDb.instance = opening;
      opening.catch(() => {
        if (DuckDb.instance === opening) DuckDb.instance = undefined;
      });
    }
    return DuckDb.instance;
  }

  /**
   * Opens an instance of its own.
   *
   * @throws DativoError `DUCKDB_ERROR` when DuckDB is not installed for this platform or refuses a setting.
   */
  static async open(options: DuckDbOptions = {}): Promise<DuckDb> {
    const library = loadDuckDbLibrary();
    // DuckDB makes the folder when it first moves data to disk.
    const temporary = join(tmpdir(), `dativo-duckdb-${process.pid}-${randomUUID()}`);
    const config = allocateWords(1);
    const database = allocateWords(1);
    const error = allocateWords(1);
    library.createConfig(config);
    try {
      for (const [name, value] of settings(options, temporary))
        if (library.setConfig(config[0] as Pointer, name, value) !== 0)
          throw duckDbError(`DuckDB has no setting ${name}.`);
      if ((await callAsync(library.open, null, database, config[0] as Pointer, error)) !== 0) {
        const message = readCString(error[0] as Pointer);
        if (error[0] !== 0n) library.free(error[0] as Pointer);
        throw duckDbError(message);
      }
    } finally {
      library.destroyConfig(config);
    }
    const opened = new DuckDb(library, database, temporary);
    const connection = opened.connect();
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    await connection.close();
    return opened;
  }

  /**
   * Opens a session.
   *
   * @throws DativoError `DUCKDB_ERROR` when the instance is closed.
   */
  connect(): Connection {
    if (this.closing) throw closedError("database");
    const session = this.openSession();
    const connection = new Connection(session, this.registry, () => {
      this.connections.delete(connection);
      this.sessions.delete(session);
    });
    this.connections.add(connection);
    return connection;
  }

  /**
   * Makes a database file available to every session and returns the name by which SQL refers to it.
   *
   * The same file is attached once however often it is asked for; every `attach` needs its `detach`.
   *
   * @throws DativoError `DUCKDB_ERROR` when the file is no database, or is attached read-only and asked for
   * writing; `TARGET_UNWRITABLE` when it cannot be written.
   * @example
   * const alias = await database.attach("warehouse.duckdb");
   * await connection.run(`CREATE TABLE ${alias}.t (id BIGINT)`);
   * await database.detach(alias);
   */
  attach(path: string, options: AttachOptions = {}): Promise<string> {
    if (this.closing) return Promise.reject(closedError("database"));
    return this.attachments.attach(path, options);
  }

  /** Gives up a name that `attach` returned; the file is closed when nobody uses it any more. */
  detach(alias: string): Promise<void> {
    return this.attachments.detach(alias);
  }

  /** Stops all statements and closes the instance; closing twice is allowed. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      await Promise.all([...this.connections].map((connection) => connection.close()));
      await this.attachments.settled();
      for (const session of this.sessions) session.disconnect();
      this.sessions.clear();
      open.delete(this);
      await callAsync(this.library.close, this.database);
      rmSync(this.temporary, { recursive: true, force: true });
    })();
    return this.closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** @internal Stops all statements and removes what was moved to disk, at once; for the end of the process. */
  abandon(): void {
    for (const session of this.sessions) session.interruptNow();
    rmSync(this.temporary, { recursive: true, force: true });
  }

  private openSession(): Session {
    const slot = allocateWords(1);
    if (this.library.connect(this.database[0] as Pointer, slot) !== 0)
      throw duckDbError("A connection to the embedded DuckDB could not be opened.");
    const session = new Session(this.library, slot[0] as Pointer);
    this.sessions.add(session);
    return session;
  }
}

function settings(options: DuckDbOptions, temporary: string): [name: string, value: string][] {
  const available = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  const memory = options.memoryLimitBytes ?? Math.min(2048 * MEBIBYTE, available / 2);
  return [
    ["memory_limit", `${Math.floor(memory / MEBIBYTE)}MiB`],
    ["temp_directory", temporary],
    ["preserve_insertion_order", "false"],
    ["autoinstall_known_extensions", "false"],
    ["autoload_known_extensions", "false"],
    ...(options.threads === undefined ? [] : [["threads", String(options.threads)] as [string, string]]),
  ];
}

/** Instances that are not closed. */
const open = new Set<DuckDb>();
let listening = false;

/** Node waits for the threads of its pool when it exits; a query that still runs would hold it up. */
function stopAtExit(database: DuckDb): void {
  open.add(database);
  if (listening) return;
  listening = true;
  process.on("exit", () => {
    for (const each of open) each.abandon();
  });
}

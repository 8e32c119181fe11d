import { setTimeout as sleep } from "node:timers/promises";
import { DativoError, type TableSchema } from "@dativo/protocol";
import { allocateWords, cString, type Pointer } from "../native/memory.js";
import { duckDbError } from "./errors.js";
import { RESULT_BYTES } from "./library.js";
import { type ResultType, readLogicalType, takeText } from "./logical-type.js";
import type { Session } from "./session.js";

/** A value that a statement can be given for a parameter. */
export type Parameter = null | boolean | number | bigint | string | Uint8Array | Date;

/** A prepared statement; destroy it by `await using` or by its dispose method. */
export interface Statement extends AsyncDisposable {
  readonly handle: Pointer;
}

/** What `duckdb_pending_execute_task` answers. */
const TASK = { ready: 0, notReady: 1, error: 2, none: 3 } as const;

/** Milliseconds between two looks at a statement whose last parts other threads are at work on. */
const WAIT_MS = 1;

/** Statements that may move many records, and so are worth being run in steps. */
const MOVES_RECORDS = /\b(?:COPY|INSERT|CREATE|DELETE|UPDATE|MERGE)\b/i;

/** Runs statements and returns the rows that the last one changed. */
export async function runSql(session: Session, sql: string): Promise<number> {
  return MOVES_RECORDS.test(sql) ? await runInSteps(session, sql) : await runAtOnce(session, sql);
}

async function runAtOnce(session: Session, sql: string): Promise<number> {
  const { library } = session;
  const result = new Uint8Array(new ArrayBuffer(RESULT_BYTES));
  try {
    if ((await session.call(library.query, session.handle, cString(withoutNul(sql)), result)) !== 0)
      throw duckDbError(library.resultError(result));
    return Number(library.rowsChanged(result));
  } finally {
    library.destroyResult(result);
  }
}

async function runInSteps(session: Session, sql: string): Promise<number> {
  const { library } = session;
  const slot = allocateWords(1);
  try {
    const count = Number(library.extract(session.handle, cString(withoutNul(sql)), slot));
    if (count === 0 && slot[0] !== 0n) {
      const message = library.extractError(slot[0] as Pointer);
      if (message) throw duckDbError(message);
    }
    let changed = 0;
    for (let index = 0; index < count; index += 1)
      changed = await runExtracted(session, slot[0] as Pointer, index);
    return changed;
  } finally {
    if (slot[0] !== 0n) library.destroyExtracted(slot);
  }
}

async function runExtracted(session: Session, statements: Pointer, index: number): Promise<number> {
  const { library } = session;
  const pending = allocateWords(1);
  const result = new Uint8Array(new ArrayBuffer(RESULT_BYTES));
  await using statement = await prepared(session, (slot) =>
    session.call(library.prepareExtracted, session.handle, statements, index, slot),
  );
  try {
    if ((await session.call(library.pending, statement.handle, pending)) !== 0)
      throw duckDbError(library.pendingError(pending[0] as Pointer));
    await runPending(session, pending[0] as Pointer);
    // What is left may be the commit of a transaction, which waits for the disk.
    if ((await session.call(library.executePending, pending[0] as Pointer, result)) !== 0)
      throw duckDbError(library.resultError(result));
    return Number(library.rowsChanged(result));
  } finally {
    library.destroyResult(result);
    if (pending[0] !== 0n) library.destroyPending(pending);
  }
}

/**
 * Works on a statement until its result is there. DuckDB's own loop asks for work without a pause while other threads
 * do the last of it, which takes a core away from whoever makes the next records.
 */
async function runPending(session: Session, pending: Pointer): Promise<void> {
  const { library } = session;
  for (;;) {
    switch (await session.call(library.executeTask, pending)) {
      case TASK.ready:
        return;
      case TASK.error:
        throw duckDbError(library.pendingError(pending));
      case TASK.none:
        await sleep(WAIT_MS);
    }
  }
}

/** Prepares one statement. */
export function prepare(session: Session, sql: string): Promise<Statement> {
  const text = cString(withoutNul(sql));
  return prepared(session, (slot) => session.call(session.library.prepare, session.handle, text, slot));
}

async function prepared(
  { library }: Session,
  prepareInto: (slot: BigUint64Array) => Promise<number>,
): Promise<Statement> {
  const slot = allocateWords(1);
  const state = await prepareInto(slot);
  const statement: Statement = {
    handle: slot[0] as Pointer,
    async [Symbol.asyncDispose]() {
      if (slot[0] !== 0n) library.destroyPrepare(slot);
    },
  };
  if (state !== 0) {
    const error = duckDbError(library.prepareError(statement.handle));
    await statement[Symbol.asyncDispose]();
    throw error;
  }
  return statement;
}

/** Columns of a query, as field types and as DuckDB delivers them. */
export interface ResultColumns {
  readonly schema: TableSchema;
  readonly types: readonly ResultType[];
}

/** Reads the columns of a prepared query. */
export function describeStatement({ library }: Session, statement: Statement): ResultColumns {
  return resultColumns(
    Number(library.columnCount(statement.handle)),
    (index) => takeText(library, library.columnName(statement.handle, index)),
    (index) => readLogicalType(library, library.columnLogicalType(statement.handle, index)),
  );
}

/** Reads the columns of a result. */
export function describeResult({ library }: Session, result: Uint8Array): ResultColumns {
  return resultColumns(
    Number(library.resultColumnCount(result)),
    (index) => library.resultColumnName(result, index),
    (index) => readLogicalType(library, library.resultColumnType(result, index)),
  );
}

function resultColumns(
  count: number,
  nameOf: (index: number) => string,
  typeOf: (index: number) => ResultType,
): ResultColumns {
  const types = Array.from({ length: count }, (_, index) => typeOf(index));
  const names = uniqueNames(Array.from({ length: count }, (_, index) => nameOf(index)));
  return {
    schema: { fields: types.map((type, index) => ({ name: names[index] as string, type: type.type })) },
    types,
  };
}

/** Binds the values of a statement's parameters. */
export function bindParameters(
  session: Session,
  statement: Statement,
  parameters: readonly Parameter[],
): void {
  const expected = Number(session.library.parameterCount(statement.handle));
  if (expected !== parameters.length)
    throw new DativoError({
      code: "DUCKDB_ERROR",
      message: `The statement has ${expected} parameters, but ${parameters.length} values were given.`,
      hint: "Give one value for each ? of the statement.",
    });
  parameters.forEach((value, index) => {
    if (bindParameter(session, statement.handle, index + 1, value) !== 0)
      throw duckDbError(
        session.library.prepareError(statement.handle) ?? `Parameter ${index + 1} could not be bound.`,
      );
  });
}

function bindParameter({ library }: Session, statement: Pointer, index: number, value: Parameter): number {
  if (value === null) return library.bindNull(statement, index);
  switch (typeof value) {
    case "boolean":
      return library.bindBoolean(statement, index, value);
    case "bigint":
      return library.bindInt64(statement, index, value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0)
        ? library.bindInt64(statement, index, value)
        : library.bindDouble(statement, index, value);
    case "string": {
      const bytes = cString(value);
      return library.bindText(statement, index, bytes, bytes.length - 1);
    }
    default:
      if (value instanceof Date)
        return library.bindTimestampTz(statement, index, { micros: BigInt(value.getTime()) * 1000n });
      return library.bindBlob(
        statement,
        index,
        value.byteLength === 0 ? new Uint8Array(1) : value,
        value.byteLength,
      );
  }
}

/** Removes what ends a statement, so that it can stand inside another. */
export function withoutSemicolon(sql: string): string {
  return sql.replace(/[\s;]+$/, "");
}

function withoutNul(sql: string): string {
  if (!sql.includes("\0")) return sql;
  throw new DativoError({
    code: "DUCKDB_ERROR",
    message: "The statement holds a NUL character.",
    hint: "Write texts with quoteLiteral, which spells the character as chr(0).",
  });
}

/** Numbers the names that occur again, as DuckDB does when it makes a table of a query. */
function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name) => {
    if (!seen.has(name)) {
      seen.add(name);
      return name;
    }
    let number = 1;
    while (taken.has(`${name}_${number}`)) number += 1;
    const unique = `${name}_${number}`;
    taken.add(unique);
    seen.add(unique);
    return unique;
  });
}

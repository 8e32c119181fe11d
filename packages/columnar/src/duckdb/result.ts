import { DativoError, type TableSchema } from "@dativo/protocol";
import { duckDbError } from "./errors.js";
import { RESULT_BYTES } from "./library.js";
import { castingQuery, UNRESOLVED_TYPE } from "./logical-type.js";
import type { Session } from "./session.js";
import {
  bindParameters,
  describeResult,
  describeStatement,
  type Parameter,
  prepare,
  type ResultColumns,
  type Statement,
  withoutSemicolon,
} from "./statement.js";

/** DuckDB's number for statements that a query may be wrapped around. */
const SELECT = 1;

/** A running query, whose columns have the layout of their field types. */
export interface OpenResult extends AsyncDisposable {
  readonly schema: TableSchema;
  /** The structure `duckdb_result`. */
  readonly result: Uint8Array;
}

/** Starts a query; columns of types without a layout of their own are cast. */
export async function openResult(
  session: Session,
  sql: string,
  parameters: readonly Parameter[],
): Promise<OpenResult> {
  const query = withoutSemicolon(sql);
  let columns: ResultColumns;
  const statement = await prepare(session, query);
  let finished = false;
  try {
    bindParameters(session, statement, parameters);
    columns = describeStatement(session, statement);
    const unresolved = parameters.length > 0 && columns.types.includes(UNRESOLVED_TYPE);
    if (unresolved || columns.types.every((type) => type.exact)) {
      const result = await execute(session, statement);
      columns = describeResult(session, result);
      if (columns.types.every((type) => type.exact)) {
        finished = true;
        return opened(session, columns.schema, statement, result);
      }
      await session.call(session.library.destroyResult, result);
    }
    if (session.library.statementType(statement.handle) !== SELECT)
      throw new DativoError({
        code: "DUCKDB_ERROR",
        message: "The statement returns columns of types that have no counterpart among the field types.",
        hint: "Cast the returned columns to BIGINT, DOUBLE or VARCHAR in the statement.",
      });
  } finally {
    if (!finished) await statement[Symbol.asyncDispose]();
  }
  const names = columns.schema.fields.map((field) => field.name);
  const wrapped = await prepare(session, castingQuery(query, names, columns.types));
  try {
    bindParameters(session, wrapped, parameters);
    return opened(session, columns.schema, wrapped, await execute(session, wrapped));
  } catch (error) {
    await wrapped[Symbol.asyncDispose]();
    throw error;
  }
}

async function execute(session: Session, statement: Statement): Promise<Uint8Array> {
  const result = new Uint8Array(new ArrayBuffer(RESULT_BYTES));
  if ((await session.call(session.library.executeStreaming, statement.handle, result)) === 0) return result;
  const error = duckDbError(session.library.resultError(result));
  session.library.destroyResult(result);
  throw error;
}

function opened(session: Session, schema: TableSchema, statement: Statement, result: Uint8Array): OpenResult {
  return {
    schema,
    result,
    async [Symbol.asyncDispose]() {
      // Destroying an unfinished result waits for the tasks of its query.
      await session.call(session.library.destroyResult, result);
      await statement[Symbol.asyncDispose]();
    },
  };
}

import { type Connection, DuckDb, quoteIdentifier, relationValidation, unpackRows } from "@dativo/columnar";
import type { BatchForm, RelationBatch, Row } from "@dativo/protocol";
import type { Rejected } from "../rejects.js";
import { prepareColumns } from "./columns.js";
import type { ObjectSchema } from "./object-schema.js";
import { once } from "./once.js";
import type { BatchOrigin, Prepared, SetAside } from "./prepared.js";

/** What surrounds a relation batch while it is prepared. */
export interface RelationContext {
  readonly schema: ObjectSchema;
  readonly to: BatchForm;
  /** Whether the writer runs the query, so that it may be one that fails at a bad record. */
  readonly runs: boolean;
  readonly origin: BatchOrigin;
  readonly signal: AbortSignal;
}

/**
 * Makes a query ready for the writer. DuckDB checks it as a whole: a query whose columns have the right types is
 * handed on unchanged, otherwise a checking query is; rejected records are queried out into dead letters.
 */
export async function* prepareRelation(
  offered: RelationBatch,
  context: RelationContext,
): AsyncGenerator<Prepared, void> {
  const { schema, to, origin, signal, runs } = context;
  const relation = to === "relation" && runs ? offered : await certain(offered);
  await using connection = (await DuckDb.shared()).connect();
  for (const statement of relation.setup ?? []) await connection.run(statement, signal);

  if (relation.rejects !== undefined) yield* setAside(connection, relation.rejects, origin, signal);
  if (!schema.declared) {
    schema.adopt(relation.schema);
    yield* handOver(connection, relation, context);
    return;
  }
  const target = schema.orEmpty;
  const check = await relationValidation(connection, relation, target, schema.mode);
  if (check.identical) {
    yield* handOver(connection, { ...relation, schema: target }, context);
    return;
  }
  // A query that looks at bad values by itself needs one that does not fail because of them.
  if (relation.sorted !== undefined) return yield* prepareRelation(await certain(relation), context);
  let invalid = 0;
  if (check.invalidSql !== undefined)
    for await (const part of setAside(connection, check.invalidSql, origin, signal)) {
      invalid += part.records.length;
      yield part;
    }
  const droppedFields = await dropped(connection, relation, check.unknown, schema.mode);
  const { recordCount, setup } = relation;
  const valid: RelationBatch = {
    form: "relation",
    sql: check.validSql,
    schema: target,
    ...(setup === undefined ? {} : { setup }),
    ...(recordCount === undefined ? {} : { recordCount: recordCount - invalid }),
  };
  yield* handOver(connection, valid, context, droppedFields);
}

async function* handOver(
  connection: Connection,
  relation: RelationBatch,
  context: RelationContext,
  droppedFields: Readonly<Record<string, number>> = {},
): AsyncGenerator<Prepared, void> {
  const { schema, to, origin, signal } = context;
  if (to !== "relation") {
    let first = true;
    for await (const columns of connection.stream(relation.sql, { signal }))
      for (const part of prepareColumns(columns, schema, to, origin)) {
        yield first && part.kind === "ready" ? { ...part, droppedFields } : part;
        first = first && part.kind !== "ready";
      }
    return;
  }
  if (relation.recordCount === 0) return;
  const sure = once(() => certain(relation));
  yield {
    kind: "ready",
    origin,
    data: relation,
    schema: relation.schema,
    records: relation.recordCount,
    count: async () => countRecords(await sure()),
    ...(relation.sorted === undefined
      ? {}
      : {
          sorted: async function* () {
            yield* prepareRelation(await sure(), context);
          },
        }),
    bytes: 0,
    droppedFields,
    coercions: {},
    // A query has no record "at an index": its order is not fixed.
    source: (index) => ({ index, record: null }),
  };
}

/** Values in columns that the checking query leaves out. */
async function dropped(
  connection: Connection,
  relation: RelationBatch,
  unknown: readonly string[],
  mode: "strict" | "warn",
): Promise<Readonly<Record<string, number>>> {
  if (mode === "strict" || unknown.length === 0) return {};
  const counts = unknown.map((name) => `count(${quoteIdentifier(name)}) AS ${quoteIdentifier(name)}`);
  const { rows } = await connection.query(`SELECT ${counts.join(", ")} FROM (${relation.sql})`);
  return Object.fromEntries(Object.entries(rows[0] ?? {}).map(([name, count]) => [name, Number(count)]));
}

/** A query that does not fail because of bad records. */
async function certain(relation: RelationBatch): Promise<RelationBatch> {
  return (await relation.sorted?.()) ?? relation;
}

/** Number of records a query yields. */
export async function countRecords(relation: RelationBatch): Promise<number> {
  await using connection = (await DuckDb.shared()).connect();
  for (const statement of relation.setup ?? []) await connection.run(statement);
  const { rows } = await connection.query(`SELECT count(*) AS n FROM (${relation.sql})`);
  return Number(rows[0]?.n ?? 0);
}

async function* setAside(
  connection: Connection,
  sql: string,
  origin: BatchOrigin,
  signal: AbortSignal,
): AsyncGenerator<SetAside, void> {
  let index = 0;
  for await (const columns of connection.stream(sql, { signal })) {
    const records = unpackRows(columns).map((row: Row) => rejected(row, index++));
    if (records.length > 0) yield { kind: "set_aside", records, origin };
  }
}

function rejected(row: Row, index: number): Rejected {
  const text = (value: unknown) => (value === null || value === undefined ? undefined : String(value));
  return {
    index,
    placed: false,
    reason: text(row.reason) ?? "unreadable",
    path: text(row.path),
    expected: text(row.expected),
    got: text(row.got),
    record: row.record,
  };
}

import { type Connection, DuckDb, quoteIdentifier, unpackRows } from "@dativo/columnar";
import { DativoError, formatFieldType, isDativoError, type Row, type TableSchema } from "@dativo/protocol";
import type { CommandHandler, CommandResult } from "../command.js";
import type { Context } from "../context.js";
import { cellText, csvLine } from "../csv-line.js";
import { jobOfRun } from "../job-of-run.js";
import { targetViews, type View } from "../query-views.js";
import { readJob } from "../read-job.js";
import { counted } from "../terminal/numbers.js";
import { formatTable } from "../terminal/table.js";
import { openRun } from "./runs.js";

/** Rows of a table for people; CSV and JSON hold all. */
const ROWS_SHOWN = 1000;

/** `dativo query`: SQL over what a job's target holds. */
export const query: CommandHandler<"query"> = async ({ arguments: { sql, job: path }, options, context }) => {
  if (options.csv === true && options.json === true)
    throw new DativoError({
      code: "USAGE",
      message: "A result is printed as CSV or as JSON, not both.",
      hint: "Leave out --csv or --json.",
    });
  const job = readJob(path ?? (await jobOfRun(await openRun(undefined, context))), context);
  const database = await DuckDb.shared();
  const views = await targetViews(job, database);
  const connection = database.connect();
  const asked: Asked = { sql, views, connection, context };
  try {
    for (const view of views) await view.create(connection, context.cancellation());
    if (options.csv === true) return { json: () => undefined, text: () => csvLines(asked) };
    return await collected(asked);
  } catch (thrown) {
    throw explained(thrown, views);
  }
};

interface Asked {
  readonly sql: string;
  readonly views: readonly View[];
  readonly connection: Connection;
  readonly context: Context;
}

/** Lines of CSV as the result is produced. */
async function* csvLines({ sql, views, connection, context }: Asked): AsyncGenerator<string> {
  let pending: string[] = [];
  const onSchema = ({ fields }: TableSchema) => {
    pending = [csvLine(fields.map(({ name }) => name))];
  };
  try {
    for await (const batch of connection.stream(sql, { signal: context.cancellation(), onSchema })) {
      yield* pending.splice(0);
      for (const row of unpackRows(batch)) yield csvLine(batch.schema.fields.map(({ name }) => row[name]));
    }
    // The header of a result without rows.
    yield* pending;
  } catch (thrown) {
    throw explained(thrown, views);
  }
}

async function collected({ sql, connection, context }: Asked): Promise<CommandResult> {
  const rows: Row[] = [];
  let schema: TableSchema = { fields: [] };
  const onSchema = (known: TableSchema) => {
    schema = known;
  };
  for await (const batch of connection.stream(sql, { signal: context.cancellation(), onSchema })) {
    for (const row of unpackRows(batch)) rows.push(row);
    if (!context.json && rows.length > ROWS_SHOWN) break;
  }
  return {
    json: () => ({
      columns: schema.fields.map(({ name, type }) => ({ name, type: formatFieldType(type) })),
      rows,
    }),
    text: () => tableLines(schema, rows, context),
  };
}

function tableLines(
  { fields }: TableSchema,
  rows: readonly Row[],
  { stdout: { colours } }: Context,
): string[] {
  const shown = rows.slice(0, ROWS_SHOWN).map((row) => fields.map(({ name }) => cell(row[name])));
  const numbers = fields.flatMap(({ type }, index) =>
    ["integer", "number", "decimal"].includes(type.kind) ? [index] : [],
  );
  const table = formatTable([fields.map(({ name }) => colours.bold(name)), ...shown], { right: numbers });
  const count =
    rows.length > ROWS_SHOWN
      ? `the first ${counted(ROWS_SHOWN, "row")}; all with --csv or --json`
      : counted(rows.length, "row");
  return [...table, colours.dim(`(${count})`)];
}

/** A value on one line. */
function cell(value: unknown): string {
  return value === null || value === undefined ? "null" : cellText(value).replaceAll("\n", "\\n");
}

/** What DuckDB complains about is most often the name of a view. */
function explained(thrown: unknown, views: readonly View[]): unknown {
  if (!isDativoError(thrown) || thrown.code !== "DUCKDB_ERROR") return thrown;
  return new DativoError({
    code: thrown.code,
    message: thrown.message,
    hint: `The target holds ${views.map(({ name }) => quoteIdentifier(name)).join(", ")}.`,
    details: thrown.details,
    cause: thrown,
  });
}

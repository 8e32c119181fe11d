import { DativoError, isDativoError } from "@dativo/sdk";
import { selectWithAdded } from "../scan/added-columns.js";
import type { FileScanner, ScanContext, SourceFile } from "../scan/file-scanner.js";
import { pathSql } from "../scan/path-sql.js";
import type { ScanPart } from "../scan/scan-part.js";
import { convertSql } from "../schema/convert-sql.js";
import { columnsOf, exactSql } from "../schema/exact-columns.js";

/** Uncompressed bytes after which a position is offered inside a file. */
const PART_BYTES = 128 * 1024 * 1024;

/** Reads Parquet files in ranges of row groups. */
export const parquetScanner: FileScanner = {
  async schema(source, context) {
    return readable(source, async () => ({
      fields: (await fileColumns(source, context)).map(({ name, type }) => ({ name, type })),
    }));
  },

  async *scan(source, schema, skip, context): AsyncGenerator<ScanPart> {
    const columns = new Map(
      (await readable(source, () => fileColumns(source, context))).map((column) => [column.name, column]),
    );
    const select = (from: string) =>
      selectWithAdded(source, schema, from, (field) => {
        const column = columns.get(field.name);
        return column && convertSql(exactSql(column), column.type, field.type);
      });
    const ends = await readable(source, () => partEnds(source, context));
    const total = ends.at(-1) ?? 0;
    let start = skip;
    for (const end of ends) {
      if (end <= start && total > 0) continue;
      const whole = start === 0 && end === total;
      const read = `FROM read_parquet(${pathSql(source.file.path)}, hive_partitioning = false${whole ? "" : ", file_row_number = true"})`;
      const range = whole ? "" : ` WHERE file_row_number >= ${start} AND file_row_number < ${end}`;
      const data = { form: "relation", sql: select(read + range), schema, recordCount: end - start } as const;
      yield end === total ? { data } : { data, recordsAfter: end };
      start = end;
    }
  },

  async count({ file }, { connection }) {
    const { rows } = await connection.query(
      `SELECT num_rows AS n FROM parquet_file_metadata(${pathSql(file.path)})`,
    );
    return Number(rows[0]?.n ?? 0);
  },
};

function fileColumns({ file }: SourceFile, { connection }: ScanContext) {
  return columnsOf(connection, `FROM read_parquet(${pathSql(file.path)}, hive_partitioning = false)`);
}

/** Numbers of records after which a part of the file ends; the last one is the number of records of the file. */
async function partEnds({ file }: SourceFile, { connection }: ScanContext): Promise<number[]> {
  const { rows } = await connection.query(
    `SELECT row_group_id AS id, any_value(row_group_num_rows) AS n, sum(total_uncompressed_size) AS bytes FROM parquet_metadata(${pathSql(file.path)}) GROUP BY row_group_id ORDER BY row_group_id`,
  );
  const ends: number[] = [];
  let records = 0;
  let bytes = 0;
  for (const row of rows) {
    records += Number(row.n);
    bytes += Number(row.bytes);
    if (bytes < PART_BYTES) continue;
    ends.push(records);
    bytes = 0;
  }
  if (ends.at(-1) !== records) ends.push(records);
  return ends;
}

async function readable<T>(source: SourceFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isDativoError(error) || error.code === "INTERRUPTED") throw error;
    throw new DativoError({
      code: "SOURCE_UNREADABLE",
      message: `${source.file.path} cannot be read as Parquet: ${error.message}`,
      hint: "Check that the file is complete; a Parquet file that is still being written has no footer yet.",
      cause: error,
    });
  }
}

import { existsSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDb } from "@dativo/columnar";

/** Folder of generated data and output; kept between runs, because making ten million records takes a while. */
export const WORK = process.env.DATIVO_BENCH_DIR ?? join(tmpdir(), "dativo-bench");

const VEGA = join(createRequire(import.meta.url).resolve("vega-datasets"), "..", "..", "data");

/** Three million flights, as vega-datasets ships them, as Parquet and as CSV; and ten million made of them. */
export async function flights() {
  mkdirSync(WORK, { recursive: true });
  const three = join(VEGA, "flights-3m.parquet");
  const made = {
    threeCsv: [join(WORK, "flights-3m.csv"), `COPY (FROM '${three}') TO '$' (FORMAT csv)`],
    ten: [
      join(WORK, "flights-10m.parquet"),
      `COPY (SELECT f.* FROM '${three}' f, range(4) LIMIT 10000000) TO '$' (FORMAT parquet)`,
    ],
    tenCsv: [
      join(WORK, "flights-10m.csv"),
      `COPY (SELECT f.* FROM '${three}' f, range(4) LIMIT 10000000) TO '$' (FORMAT csv)`,
    ],
  };
  const missing = Object.values(made).filter(([path]) => !existsSync(path));
  if (missing.length > 0) {
    const database = await DuckDb.open();
    const connection = database.connect();
    for (const [path, sql] of missing) await connection.run(sql.replace("$", path));
    await database.close();
  }
  return { three, threeCsv: made.threeCsv[0], ten: made.ten[0], tenCsv: made.tenCsv[0] };
}

// Run by exit.test.ts: leaves the process while two queries are under way.
import { DuckDb } from "@dativo/columnar";

const database = await DuckDb.shared();
for (let index = 0; index < 2; index++)
  database
    .connect()
    .run("SELECT count(*) FROM range(100000000000) AS a")
    .catch(() => undefined);
await new Promise((resolve) => setTimeout(resolve, 100));
if (process.argv[2] === "exit") process.exit(3);
throw new Error("on purpose");

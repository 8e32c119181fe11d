// npm run bench [-- name …]: every number is a ratio against a peer or a limit, measured in the same run.
import { cpus } from "node:os";
import { columnar } from "./benches/columnar.mjs";
import { create } from "./benches/create.mjs";
import { http } from "./benches/http.mjs";
import { memory } from "./benches/memory.mjs";
import { native } from "./benches/native.mjs";
import { partitions } from "./benches/partitions.mjs";
import { python } from "./benches/python.mjs";
import { rows } from "./benches/rows.mjs";
import { startup } from "./benches/startup.mjs";

const BENCHES = { columnar, rows, python, http, startup, create, memory, native, partitions };
const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(BENCHES, name));
if (unknown.length > 0) {
  console.error(
    `✖ no benchmark is called ${unknown.join(", ")}; there are ${Object.keys(BENCHES).join(", ")}`,
  );
  process.exit(2);
}
console.log(`${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`);
for (const [name, bench] of Object.entries(BENCHES))
  if (names.length === 0 || names.includes(name)) await bench();

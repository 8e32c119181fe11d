// The packing limit: the same rows into Arrow columns, and nothing else: rows-packing.mjs <rows>
import { compilePacker } from "@dativo/columnar";
import { makeBatches, ROW_SCHEMA } from "../record-rows.mjs";

const batches = makeBatches(Number(process.argv[2]));
const packer = compilePacker(ROW_SCHEMA);
const times = [];
for (let i = 0; i < 3; i += 1) {
  const started = performance.now();
  for (const rows of batches) packer.pack(rows);
  times.push(performance.now() - started);
}
console.log(JSON.stringify({ seconds: times.sort((a, b) => a - b)[1] / 1000 }));

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { flights, WORK } from "../datasets.mjs";
import { contestant, run } from "../measure.mjs";
import { median, printTable, ratio, seconds } from "../table.mjs";

const ENVIRONMENT = fileURLToPath(
  new URL("../../../runtimes/python/.test-environment/bin/python", import.meta.url),
);
const PLUGIN = fileURLToPath(new URL("../plugins/generated.py", import.meta.url));

/** Python readers through the whole engine: dicts beside draining them, record batches beside pyarrow alone. */
export async function python({ total = 1_000_000 } = {}) {
  if (!existsSync(ENVIRONMENT)) {
    console.log("\npython: run node packages/runtimes/python/scripts/test-environment.mjs first");
    return;
  }
  await dicts(total);
  await batches();
}

async function dicts(total) {
  const drained = [];
  for (let i = 0; i < 3; i += 1)
    drained.push(Number((await run(ENVIRONMENT, [PLUGIN, "drain", String(total)])).stdout));
  const limit = median(drained);
  const lines = [["Python dicts → Parquet", "time", "M rows/s", "of draining"]];
  const line = (name, time) =>
    lines.push([name, seconds(time), (total / time / 1e6).toFixed(2), ratio(limit / time)]);
  line("the generator drained in plain Python", limit);
  const env = { BENCH_TOTAL: String(total) };
  for (const [name, interpreter] of [
    ["dativo, pyarrow and orjson installed", ENVIRONMENT],
    [
      `dativo, ${(await hasOrjson("python3")) ? "orjson and no pyarrow" : "the standard library alone"}`,
      "python3",
    ],
  ]) {
    const folder = join(WORK, "python-dicts");
    const ours = await contestant("python-dativo", ["Records", interpreter, folder], { env });
    if (ours.written !== total) throw new Error(`${ours.written} of ${total} written`);
    line(name, ours.seconds);
  }
  printTable(
    `${total.toLocaleString("en")} Python dicts of 8 fields → one Parquet target (median of 3, the start of Python included in dativo's)`,
    lines,
  );
}

/** Whether an interpreter has the faster JSON library. */
async function hasOrjson(interpreter) {
  return await run(interpreter, ["-c", "import orjson"]).then(
    () => true,
    () => false,
  );
}

async function batches() {
  const input = (await flights()).ten;
  const alone = [];
  for (let i = 0; i < 3; i += 1)
    alone.push((await run(ENVIRONMENT, [PLUGIN, "copy", input, join(WORK, "pyarrow.parquet")])).wall);
  const peer = median(alone);
  const env = { BENCH_INPUT: input };
  const ours = await contestant("python-dativo", ["Batches", ENVIRONMENT, join(WORK, "python-batches")], {
    env,
  });
  const rate = (time) => (ours.written / time / 1e6).toFixed(2);
  printTable(
    `${ours.written.toLocaleString("en")} flights: pyarrow batches → one Parquet target (median of 3, the start of Python included)`,
    [
      ["pyarrow batches → Parquet", "time", "M rows/s", "dativo is"],
      ["pyarrow.parquet alone", seconds(peer), rate(peer), `${ratio(peer / ours.seconds)} as fast`],
      ["dativo", seconds(ours.seconds), rate(ours.seconds), "1.00×"],
    ],
  );
}

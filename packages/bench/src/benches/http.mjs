import { createServer } from "node:http";
import { contestant } from "../measure.mjs";
import { printTable, ratio, seconds } from "../table.mjs";

const PAGES = 200;
const DELAY_MS = 50;

/** An API that takes 50 ms for each of 200 pages, beside the time that the waiting alone takes. */
export async function http() {
  const rows = Array.from({ length: 100 }, (_, id) => ({
    id,
    name: `name ${id}`,
    updated: "2026-01-01T00:00:00.000Z",
  }));
  const server = createServer((request, response) => {
    const page = Number(new URL(request.url, "http://localhost").searchParams.get("page"));
    const body = JSON.stringify(page > PAGES ? [] : rows.map((row) => ({ ...row, id: page * 100 + row.id })));
    setTimeout(
      () => response.writeHead(200, { "content-type": "application/json" }).end(body),
      page > PAGES ? 0 : DELAY_MS,
    );
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const lines = [["200 pages × 50 ms", "theory", "dativo run", "of theory"]];
  for (const concurrency of [1, 8]) {
    const theory = (PAGES * DELAY_MS) / 1000 / concurrency;
    const { seconds: ours } = await contestant("http-dativo", [server.address().port, concurrency]);
    lines.push([
      `${concurrency} request${concurrency > 1 ? "s" : ""} under way`,
      seconds(theory),
      seconds(ours),
      ratio(ours / theory),
    ]);
  }
  server.close();
  printTable("HTTP pages → Parquet (20 000 records)", lines);
}

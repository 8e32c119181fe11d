// The API that the guide's plugin is for, with real data: `users` are penguins and `orders` are barley yields.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const data = (name) =>
  JSON.parse(readFileSync(new URL(`../data/${name}.json`, import.meta.resolve("vega-datasets")), "utf8"));

export const OBJECTS = { users: data("penguins"), orders: data("barley") };
const PAGE = 50;

/** Starts the API on a free port of this machine; every request needs `Authorization: Bearer <key>`. */
export async function startApi({ key, port = 0 }) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const answer = (status, body) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.headers.authorization !== `Bearer ${key}`)
      return answer(401, { error: "send Authorization: Bearer <key>" });
    const name = url.pathname.slice(1);
    if (name === "ping") return answer(200, {});
    if (name === "objects")
      return answer(
        200,
        Object.keys(OBJECTS).map((object) => ({ name: object, description: `All ${object}` })),
      );
    if (name === "count")
      return answer(
        200,
        Object.values(OBJECTS).reduce((sum, rows) => sum + rows.length, 0),
      );
    if (!Object.hasOwn(OBJECTS, name)) return answer(404, { error: `no such object: ${name}` });
    const page = Number(url.searchParams.get("page") ?? 1);
    answer(200, OBJECTS[name].slice((page - 1) * PAGE, page * PAGE));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replaceAll("\\", "/").split("/").pop())) {
  const api = await startApi({
    key: process.env.API_KEY ?? "any-key",
    port: Number(process.env.PORT ?? 4020),
  });
  console.log(`API_URL=${api.url}`);
}

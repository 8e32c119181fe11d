// A local HTTP API that serves a real data set: a week of earthquakes from the npm package vega-datasets.
//
//   GET /quakes?since=2018-02-01T00:00:00.000Z&limit=200    records updated at or after `since`, oldest first
//   Authorization: Bearer <any key but an empty one>
//
// The address of the next page stands in the Link header, as rel="next".
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const { features } = JSON.parse(
  readFileSync(new URL("../data/earthquakes.json", import.meta.resolve("vega-datasets")), "utf8"),
);
features.sort((a, b) => a.properties.updated - b.properties.updated || (a.id < b.id ? -1 : 1));

/** Starts the API on a free port of this machine; `delayMs` slows every answer down. */
export async function startApi({ port = 0, until = "9999-12-31T00:00:00Z", delayMs = 0 } = {}) {
  let now = Date.parse(until);
  let requests = 0;
  const server = createServer((request, response) => {
    const url = new URL(request.url, "http://localhost");
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    requests += 1;
    if (!/^Bearer \S+/.test(request.headers.authorization ?? ""))
      return answer(401, { error: "send Authorization: Bearer <key>" });
    if (url.pathname === "/version") return answer(200, { version: "1.0.0" });
    if (url.pathname !== "/quakes") return answer(404, { error: `no such path: ${url.pathname}` });

    const since = Date.parse(url.searchParams.get("since") ?? "1970-01-01T00:00:00Z");
    const limit = Math.min(Number(url.searchParams.get("limit") ?? 200), 1000);
    const offset = Number(url.searchParams.get("offset") ?? 0);
    const found = features.filter(
      ({ properties }) => properties.updated >= since && properties.updated <= now,
    );
    const page = found.slice(offset, offset + limit);
    const more = offset + limit < found.length;
    if (more) url.searchParams.set("offset", String(offset + limit));
    const link = more ? { link: `<${url.pathname}${url.search}>; rel="next"` } : {};
    setTimeout(answer, delayMs, 200, { features: page }, link);
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    setNow: (instant) => {
      now = Date.parse(instant);
    },
    requests: () => requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  };
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].replaceAll("\\", "/").split("/").pop())) {
  const api = await startApi({ port: Number(process.env.PORT ?? 4010) });
  console.log(`earthquakes at ${api.url}/quakes`);
}

// Stands in for the real API in tests and in `npm run dev`: paging, credentials, changes since a time, a rate limit.
//
//   GET /version                                                { version }
//   GET /<object>?since=<ISO 8601>&limit=<n>&cursor=<opaque>    { data: [...], next_cursor }
//
// Every file in mock/fixtures is an object. Replace the records with real ones of your API, without personal data.
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { checkCredentials } from "./auth.mjs";

const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));

/**
 * Starts the API.
 *
 * @param {{ port?: number, requestsPerSecond?: number, credentials?: Record<string, unknown> }} [options]
 *   `port`: 0 for a free one. `requestsPerSecond`: what it answers before it says 429. `credentials`: those that the
 *   job uses; without them any will do.
 */
export async function startApi({ port = 0, requestsPerSecond = 200, credentials } = {}) {
  const objects = new Map(
    readdirSync(FIXTURES).map((file) => [
      basename(file, ".json"),
      JSON.parse(readFileSync(join(FIXTURES, file), "utf8")),
    ]),
  );
  const limiter = rateLimiter(requestsPerSecond);
  let requests = 0;

  const server = createServer(async (request, response) => {
    requests += 1;
    const url = new URL(request.url ?? "/", "http://localhost");
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    const wait = limiter();
    if (wait > 0) return answer(429, { error: "too many requests" }, { "retry-after": String(wait) });
    const refusal = await checkCredentials({ request, url, credentials, answer });
    if (refusal !== undefined) return refusal.answered ? undefined : answer(401, { error: refusal.error });
    if (url.pathname === "/version") return answer(200, { version: "1.0.0" });
    const records = objects.get(url.pathname.slice(1));
    if (records === undefined) return answer(404, { error: `there is no ${url.pathname}` });
    answer(200, page(records, url.searchParams));
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : port}`,
    /** How many requests were answered. */
    requests: () => requests,
    /** Adds a record, or changes the one with its id. */
    put(object, record) {
      const records = objects.get(object) ?? [];
      objects.set(object, [...records.filter(({ id }) => id !== record.id), record]);
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve(undefined));
      }),
  };
}

function page(records, query) {
  const since = query.get("since") ?? "";
  const limit = Math.min(Number(query.get("limit") ?? 100), 1000);
  const offset = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString() || 0);
  const found = records
    .filter(({ updated_at }) => since === "" || Date.parse(updated_at) >= Date.parse(since))
    .sort((a, b) => Date.parse(a.updated_at) - Date.parse(b.updated_at) || (a.id < b.id ? -1 : 1));
  const next = offset + limit;
  return {
    data: found.slice(offset, next),
    next_cursor: next < found.length ? Buffer.from(String(next)).toString("base64url") : null,
  };
}

/** Seconds to wait before the next request is answered; 0 when it is answered now. */
function rateLimiter(requestsPerSecond) {
  let second = 0;
  let answered = 0;
  return () => {
    const now = Math.floor(Date.now() / 1000);
    if (now !== second) [second, answered] = [now, 0];
    answered += 1;
    return answered > requestsPerSecond ? 1 : 0;
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { url } = await startApi({ port: Number(process.env.PORT ?? 4010) });
  console.log(`mock API at ${url}`);
}

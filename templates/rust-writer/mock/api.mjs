// Stands in for the real API in tests and in `npm run dev`: batches are staged, and published by token.
//
//   GET    /version                              { version }
//   PUT    /staged?object=<o>&receipt=<r>        keeps a batch where nobody sees it     { rejected: [{ index, reason }] }
//   DELETE /staged?object=<o>&receipt=<r>        forgets it; a receipt that ends in / stands for all below it
//   POST   /published?object=<o>                 { token, run, mode, final, key, receipts }; once per token
//   GET    /records?object=<o>                   { data: [...] }, without credentials
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { checkCredentials } from "./auth.mjs";

/**
 * Starts the API.
 *
 * @param {{ port?: number, requestsPerSecond?: number, credentials?: Record<string, unknown> }} [options]
 *   `port`: 0 for a free one. `requestsPerSecond`: what it answers before it says 429. `credentials`: those that the
 *   job uses; without them any will do.
 */
export async function startApi({ port = 0, requestsPerSecond = 200, credentials } = {}) {
  const objects = new Map();
  const limiter = rateLimiter(requestsPerSecond);

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(body));
    };
    const object = shelfOf(objects, url.searchParams.get("object") ?? "");
    // Not part of the API: what a reader of this system sees, for whoever tries the writer by hand.
    if (url.pathname === "/records") return answer(200, { data: object.records });
    const wait = limiter();
    if (wait > 0) return answer(429, { error: "too many requests" }, { "retry-after": String(wait) });
    const refusal = await checkCredentials({ request, url, credentials, answer });
    if (refusal !== undefined) return refusal.answered ? undefined : answer(401, { error: refusal.error });
    const receipt = url.searchParams.get("receipt") ?? "";
    switch (`${request.method} ${url.pathname}`) {
      case "GET /version":
        return answer(200, { version: "1.0.0" });
      case "PUT /staged":
        object.staged.set(receipt, JSON.parse(await bodyOf(request)));
        return answer(200, { rejected: [] });
      case "DELETE /staged":
        for (const shelf of objects.values())
          for (const name of [...shelf.staged.keys()])
            if (name === receipt || (receipt.endsWith("/") && name.startsWith(receipt)))
              shelf.staged.delete(name);
        return answer(200, {});
      case "POST /published": {
        const problem = publish(object, JSON.parse(await bodyOf(request)));
        return problem === undefined ? answer(200, {}) : answer(409, { error: problem });
      }
      default:
        return answer(404, { error: `there is no ${request.method} ${url.pathname}` });
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : port}`,
    /** What a reader of this system sees of an object. */
    records: (object) => shelfOf(objects, object).records,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve(undefined));
      }),
  };
}

/** What the API holds of one object. */
function shelfOf(objects, name) {
  const shelf = objects.get(name) ?? {
    records: [],
    staged: new Map(),
    tokens: new Set(),
    replacing: new Map(),
  };
  objects.set(name, shelf);
  return shelf;
}

/** Publishes staged batches; says what is wrong when one is not there. */
function publish(shelf, { token, run, mode, final, key, receipts }) {
  if (shelf.tokens.has(token)) return undefined;
  const missing = receipts.filter((receipt) => !shelf.staged.has(receipt));
  if (missing.length > 0) return `not staged: ${missing.join(", ")}`;
  const records = receipts.flatMap((receipt) => shelf.staged.get(receipt));
  if (mode === "replace") {
    // What was there stays until the new records are complete.
    const complete = [...(shelf.replacing.get(run) ?? []), ...records];
    shelf.replacing.set(run, complete);
    if (final) {
      shelf.records = complete;
      shelf.replacing.clear();
    }
  } else if (mode === "merge") {
    const identity = (record) => JSON.stringify(key.map((column) => record[column]));
    const byKey = new Map(shelf.records.map((record) => [identity(record), record]));
    for (const record of records) byKey.set(identity(record), record);
    shelf.records = [...byKey.values()];
  } else shelf.records = [...shelf.records, ...records];
  shelf.tokens.add(token);
  for (const receipt of receipts) shelf.staged.delete(receipt);
  return undefined;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
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

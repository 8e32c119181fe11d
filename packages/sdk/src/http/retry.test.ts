import { afterEach, describe, expect, it } from "vitest";
import { inTurn, startServer, type TestServer, testHttp } from "../../test/http-server.js";
import { SYSTEM_CLOCK } from "../clock.js";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(answer: Parameters<typeof startServer>[0]) {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

describe("retries", () => {
  it("try again what may pass, with growing back-off and full jitter", async () => {
    const server = await serve(inTurn({ status: 503 }, { status: 500 }, { status: 408 }, { body: "{}" }));
    const { http, clock } = testHttp();
    await http(server.url);
    expect(server.seen).toHaveLength(4);
    expect(clock.slept).toEqual([250, 500, 1000]);
  });

  it("give up after the attempts allowed, with the last error", async () => {
    const server = await serve(inTurn({ status: 500 }, { status: 503 }));
    await expect(testHttp().http(server.url, { retry: { maxAttempts: 3 } })).rejects.toMatchObject({
      code: "TRANSIENT_ERROR",
      details: { status: 503 },
    });
    expect(server.seen).toHaveLength(3);
  });

  it("read bodies that break off again", async () => {
    let first = true;
    const server = await serve((_request, response) => {
      if (!first) return { body: '{"n":1}' };
      first = false;
      response.writeHead(200, { "content-length": "100" });
      response.write('{"n"');
      setImmediate(() => response.destroy());
      return undefined;
    });
    expect(await testHttp().http.json(server.url)).toEqual({ n: 1 });
  });

  it("leave requests alone that might be processed twice, unless told that they may", async () => {
    const server = await serve(inTurn({ status: 503 }, { body: "{}" }, { status: 503 }, { body: "{}" }));
    const { http } = testHttp();
    await expect(http(server.url, { json: {} })).rejects.toMatchObject({ code: "TRANSIENT_ERROR" });
    expect(server.seen).toHaveLength(1);
    await http(server.url);
    await http(server.url, { json: {}, idempotent: true });
    expect(server.seen).toHaveLength(4);
  });

  it("repeat a POST that was refused for its rate", async () => {
    const server = await serve(inTurn({ status: 429 }, { body: "{}" }));
    await testHttp().http(server.url, { json: { n: 1 } });
    expect(server.seen.map(({ body }) => body)).toEqual(['{"n":1}', '{"n":1}']);
  });

  it.each([
    ["seconds", { "retry-after": "7" }, 7000],
    ["a date", { "retry-after": "Sun, 04 Jan 2026 10:00:09 GMT" }, 9000],
    [
      "X-RateLimit-Reset in epoch seconds",
      {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(Date.parse("2026-01-04T10:00:11Z") / 1000),
      },
      11_000,
    ],
    ["RateLimit-Reset in seconds", { "ratelimit-remaining": "0", "ratelimit-reset": "13" }, 13_000],
    ["the structured header", { ratelimit: '"default";r=0;t=15' }, 15_000],
    ["the older structured header", { ratelimit: "limit=10, remaining=0, reset=17" }, 17_000],
  ])("wait as long as the server says: %s", async (_name, headers, expected) => {
    const server = await serve(inTurn({ status: 429, headers }, { body: "{}" }));
    const { http, clock } = testHttp();
    await http(server.url);
    expect(clock.slept.reduce((sum, one) => sum + one, 0)).toBe(expected);
  });

  it("take a 403 that says when to come back for a rate limit", async () => {
    const server = await serve(
      inTurn(
        { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "5" } },
        { body: "{}" },
      ),
    );
    const { http, clock } = testHttp();
    await http(server.url);
    expect(clock.slept).toEqual([5000]);
  });

  it("do not wait longer than allowed, but say how long", async () => {
    const server = await serve(() => ({ status: 429, headers: { "retry-after": "3600" } }));
    const { http, clock } = testHttp();
    await expect(http(server.url)).rejects.toMatchObject({
      code: "RATE_LIMIT_EXCEEDED",
      retryAfterSeconds: 3600,
    });
    expect(clock.slept).toEqual([]);
  });

  it("stop waiting when cancelled", async () => {
    const server = await serve(() => ({ status: 429, headers: { "retry-after": "60" } }));
    const controller = new AbortController();
    const { http } = testHttp({ clock: SYSTEM_CLOCK });
    const request = http(server.url, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(request).rejects.toMatchObject({ code: "INTERRUPTED" });
  });

  it("stop a request under way when the plugin is cancelled", async () => {
    const controller = new AbortController();
    const server = await serve(() => {
      controller.abort();
      return undefined;
    });
    await expect(testHttp({ signal: controller.signal }).http(server.url)).rejects.toMatchObject({
      code: "INTERRUPTED",
    });
    expect(server.seen).toHaveLength(1);
  });
});

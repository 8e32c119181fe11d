import { afterEach, describe, expect, it } from "vitest";
import {
  type Answer,
  type SeenRequest,
  startServer,
  type TestServer,
  testHttp,
} from "../../test/http-server.js";
import { SYSTEM_CLOCK } from "../clock.js";
import { Secret } from "../config/secret.js";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(answer: Parameters<typeof startServer>[0]) {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

/** Answers in turn, the last one for ever. */
function inTurn(...answers: Answer[]) {
  let index = 0;
  return () => answers[Math.min(index++, answers.length - 1)];
}

describe("requests", () => {
  it("appends paths to the base, adds queries, sends JSON", async () => {
    const server = await serve(() => ({ body: { ok: true } }));
    const http = testHttp().http.with({
      baseUrl: `${server.url}/api/v1/`,
      headers: { "x-a": "1" },
      query: { version: "2" },
    });
    await http.json("/items?x=1", {
      query: { since: new Date(0), tags: ["a", "b"], none: undefined, nil: null, id: 7n },
    });
    await http("items", { json: { n: 1 }, headers: { "X-A": "2" } });
    await http(`${server.url}/elsewhere`);
    const [get, post, absolute] = server.seen as [SeenRequest, SeenRequest, SeenRequest];
    expect(get.url.pathname).toBe("/api/v1/items");
    expect([...get.url.searchParams]).toEqual([
      ["x", "1"],
      ["version", "2"],
      ["since", "1970-01-01T00:00:00.000Z"],
      ["tags", "a"],
      ["tags", "b"],
      ["id", "7"],
    ]);
    expect(get.headers["x-a"]).toBe("1");
    expect(post).toMatchObject({ method: "POST", body: '{"n":1}' });
    expect(post.headers).toMatchObject({ "content-type": "application/json", "x-a": "2" });
    expect(absolute.url.pathname).toBe("/elsewhere");
  });

  it("keeps integers that a double cannot hold", async () => {
    const server = await serve(() => ({ body: '{"id":9007199254740993}' }));
    const { http } = testHttp();
    expect(await http.json(server.url)).toEqual({ id: 9007199254740993n });
    expect(await (await http(server.url)).json()).toEqual({ id: 9007199254740993n });
  });

  it("says so when an answer is not JSON", async () => {
    const server = await serve(() => ({
      headers: { "content-type": "text/html" },
      body: "<html>  sign\nin</html>",
    }));
    await expect(testHttp().http.json(server.url)).rejects.toMatchObject({
      code: "SOURCE_UNREADABLE",
      message: expect.stringMatching(/text\/html\): <html> sign in<\/html>/),
    });
  });

  it("hands bodies over as they arrive when asked to", async () => {
    const server = await serve((_request, response) => {
      response.writeHead(200);
      response.write("first");
      return undefined;
    });
    const response = await testHttp().http(server.url, { stream: true });
    const reader = response.body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("first");
    await reader?.cancel();
  });

  it.each([204, 304])("has no body for %i", async (status) => {
    const server = await serve(() => ({ status }));
    expect(await (await testHttp().http(server.url)).text()).toBe("");
  });
});

describe("credentials", () => {
  it.each([
    [{ bearer: new Secret("hunter22") }, "authorization", "Bearer hunter22"],
    [{ bearer: "hunter22" }, "authorization", "Bearer hunter22"],
    [
      { basic: { username: "me", password: new Secret("hunter22") } },
      "authorization",
      `Basic ${Buffer.from("me:hunter22").toString("base64")}`,
    ],
    [{ apiKey: { header: "X-Api-Key", value: new Secret("hunter22") } }, "x-api-key", "hunter22"],
    [{ headers: { "X-Token": new Secret("hunter22") } }, "x-token", "hunter22"],
  ])("%# are sent, and hidden from then on", async (defaults, header, value) => {
    const server = await serve(({ headers }) => ({ status: 400, body: `you sent ${headers[header]}` }));
    const { http, redactor } = testHttp();
    const error = await http
      .with({ ...defaults, baseUrl: server.url })("/x")
      .catch((thrown) => thrown);
    expect(server.seen[0]?.headers[header]).toBe(value);
    expect(error.code).toBe("HTTP_ERROR");
    expect(JSON.stringify(error)).not.toContain(value.replace(/^\w+ /, ""));
    expect(redactor.text(value)).not.toContain(value.replace(/^\w+ /, ""));
  });

  it("go to the query without showing in messages", async () => {
    const server = await serve(() => ({ status: 404 }));
    const http = testHttp().http.with({ baseUrl: server.url, apiKey: { query: "api_key", value: "k1" } });
    await expect(http("/x?token=abc&page=2")).rejects.toMatchObject({
      message: `GET ${server.url}/x?token=[redacted]&page=2&api_key=[redacted] answered 404 Not Found.`,
    });
    expect(server.seen[0]?.url.searchParams.get("api_key")).toBe("k1");
  });

  it("do not go to another origin: neither by address, nor by redirect", async () => {
    const other = await serve(() => ({ body: "{}" }));
    const server = await serve(() => ({ status: 302, headers: { location: `${other.url}/there` } }));
    const http = testHttp().http.with({
      baseUrl: server.url,
      apiKey: { header: "x-api-key", value: "hunter22" },
      bearer: "hunter23",
      headers: { "x-plain": "1" },
    });
    await http(`${other.url}/direct`);
    await http("/redirected");
    expect(other.seen.map(({ url }) => url.pathname)).toEqual(["/direct", "/there"]);
    for (const { headers } of other.seen) {
      expect(headers["x-api-key"]).toBeUndefined();
      expect(headers.authorization).toBeUndefined();
      expect(headers["x-plain"]).toBe("1");
    }
    expect(server.seen[0]?.headers["x-api-key"]).toBe("hunter22");
  });

  it("stay with redirects of the same origin, and loops end", async () => {
    const server = await serve(({ url }) =>
      url.pathname === "/a"
        ? { status: 308, headers: { location: "/b" } }
        : url.pathname === "/loop"
          ? { status: 302, headers: { location: "/loop" } }
          : { body: "{}" },
    );
    const { http } = testHttp();
    const api = http.with({ baseUrl: server.url, bearer: "hunter22" });
    expect((await api("/a", { json: { n: 1 } })).url).toBe(`${server.url}/b`);
    expect(server.seen[1]).toMatchObject({
      method: "POST",
      body: '{"n":1}',
      headers: { authorization: "Bearer hunter22" },
    });
    await expect(api("/loop")).rejects.toMatchObject({
      code: "HTTP_ERROR",
      message: expect.stringContaining("redirected"),
    });
  });
});

describe("errors", () => {
  it.each([
    [400, "HTTP_ERROR", false],
    [401, "AUTHENTICATION_FAILED", false],
    [403, "AUTHENTICATION_FAILED", false],
    [404, "HTTP_ERROR", false],
    [408, "TRANSIENT_ERROR", true],
    [425, "TRANSIENT_ERROR", true],
    [429, "RATE_LIMIT_EXCEEDED", true],
    [500, "TRANSIENT_ERROR", true],
    [501, "HTTP_ERROR", false],
    [503, "TRANSIENT_ERROR", true],
  ])("%i is %s", async (status, code, retryable) => {
    const server = await serve(() => ({ status, body: "why\nso" }));
    await expect(testHttp().http(`${server.url}/x`, { retry: false })).rejects.toMatchObject({
      code,
      retryable,
      message: expect.stringMatching(new RegExp(`^GET ${server.url}/x answered ${status} .*: why so$`)),
      details: { status, method: "GET" },
    });
    expect(server.seen).toHaveLength(1);
  });

  it("are answers when allowed", async () => {
    const server = await serve(() => ({ status: 404, body: "none" }));
    expect(await (await testHttp().http(server.url, { allowStatus: [404] })).text()).toBe("none");
  });

  it("show only the start of a body", async () => {
    const server = await serve(() => ({ status: 400, body: "x".repeat(100_000) }));
    const error = await testHttp()
      .http(server.url)
      .catch((thrown) => thrown);
    expect(error.message.length).toBeLessThan(500);
  });

  it("name what could not be reached, and keep the cause", async () => {
    const server = await serve(() => ({}));
    await server[Symbol.asyncDispose]();
    servers.pop();
    const { http, clock } = testHttp();
    await expect(http(server.url)).rejects.toMatchObject({
      code: "CONNECTION_FAILED",
      retryable: true,
      message: expect.stringContaining("ECONNREFUSED"),
      details: { system_code: "ECONNREFUSED" },
      cause: expect.anything(),
    });
    expect(clock.slept).toHaveLength(4);
  });

  it("end an attempt that takes too long, in the head or in the body", async () => {
    const server = await serve(({ url }, response) => {
      if (url.pathname === "/body") response.writeHead(200).write("start");
      return undefined;
    });
    for (const path of ["/head", "/body"])
      await expect(
        testHttp().http(server.url + path, { timeoutSeconds: 0.05, retry: { maxAttempts: 2 } }),
      ).rejects.toMatchObject({
        code: "CONNECTION_FAILED",
        message: expect.stringContaining("0.05 seconds"),
      });
    expect(server.seen).toHaveLength(4);
  });
});

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

describe("rate budget", () => {
  it("stands still for everything that uses the credential, once the limit is used up", async () => {
    const server = await serve(
      inTurn(
        { headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "20" }, body: "{}" },
        { body: "{}" },
      ),
    );
    const { http, clock } = testHttp();
    await http.with({ baseUrl: server.url, bearer: "hunter22" })("/a");
    await http.with({ baseUrl: server.url, bearer: "another one" })("/b");
    expect(clock.slept).toEqual([]);
    await http.with({ baseUrl: server.url, bearer: "hunter22" })("/c");
    expect(clock.slept).toEqual([20_000]);
  });

  it("fails at once when the limit stays used up for longer than allowed", async () => {
    const server = await serve(() => ({
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "3600" },
      body: "{}",
    }));
    const { http } = testHttp();
    await http(server.url);
    await expect(http(server.url)).rejects.toMatchObject({
      code: "RATE_LIMIT_EXCEEDED",
      retryAfterSeconds: 3600,
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [{ requests_per_second: 4 }, 250],
    [{ requests_per_minute: 30 }, 2000],
    [{ requests_per_second: 100, requests_per_minute: 60 }, 1000],
  ])("spaces requests by %j of the job", async (rateLimits, interval) => {
    const server = await serve(() => ({ body: "{}" }));
    const { http, clock } = testHttp({ rateLimits });
    for (let index = 0; index < 3; index += 1) await http(server.url);
    expect(clock.slept).toEqual([interval, interval]);
  });

  it("keeps to the concurrency of the job, and goes on after failures", async () => {
    let under = 0;
    let most = 0;
    const server = await serve(async ({ url }) => {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under -= 1;
      return url.pathname === "/3" ? { status: 400 } : { body: "{}" };
    });
    const { http } = testHttp({ rateLimits: { concurrency: 2 } });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => http(`${server.url}/${index}`)),
    );
    expect(most).toBe(2);
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(7);
  });

  it("frees the place of a request that is cancelled while it waits", async () => {
    let release: (() => void) | undefined;
    const server = await serve(({ url }) =>
      url.pathname === "/slow"
        ? new Promise((resolve) => {
            release = () => resolve({ body: "{}" });
          })
        : { body: "{}" },
    );
    const { http } = testHttp({ rateLimits: { concurrency: 1 } });
    const slow = http(`${server.url}/slow`);
    const controller = new AbortController();
    const cancelled = http(`${server.url}/cancelled`, { signal: controller.signal });
    const last = http(`${server.url}/last`);
    controller.abort();
    await expect(cancelled).rejects.toMatchObject({ code: "INTERRUPTED" });
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    release();
    await Promise.all([slow, last]);
    expect(server.seen.map(({ url }) => url.pathname)).toEqual(["/slow", "/last"]);
  });
});

import { afterEach, describe, expect, it } from "vitest";
import { inTurn, startServer, type TestServer, testHttp } from "../../test/http-server.js";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(answer: Parameters<typeof startServer>[0]) {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

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

import { afterEach, describe, expect, it } from "vitest";
import { type SeenRequest, startServer, type TestServer, testHttp } from "../../test/http-server.js";
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
    [{ bearer: async () => new Secret("hunter22") }, "authorization", "Bearer hunter22"],
    [
      { basic: { username: "user", password: new Secret("hunter22") } },
      "authorization",
      `Basic ${Buffer.from("user:hunter22").toString("base64")}`,
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

  it("that expire are asked for before every request, pages included", async () => {
    const server = await serve(({ url }) => ({
      body: { data: [{}], next: url.searchParams.has("cursor") ? null : "2" },
    }));
    let asked = 0;
    const api = testHttp().http.with({ baseUrl: server.url, bearer: () => `token-${++asked}` });
    const next = { style: "cursor", from: "next", param: "cursor" } as const;
    for await (const _page of api.pages("/a", { next }));
    await api("/b");
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer token-1",
      "Bearer token-2",
      "Bearer token-3",
    ]);
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

  it("in the query do not go to another origin either, and stand back for what an address already has", async () => {
    const other = await serve(() => ({ body: "{}" }));
    const server = await serve(() => ({ body: "{}" }));
    const { http } = testHttp();
    const api = http.with({
      baseUrl: server.url,
      apiKey: { query: "api_key", value: "hunter22" },
      query: { version: "2" },
    });
    await api(`${other.url}/x`);
    await api("/next?version=1");
    expect(other.seen[0]?.url.search).toBe("?version=2");
    expect(server.seen[0]?.url.search).toBe("?version=1&api_key=hunter22");
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

import { afterEach, describe, expect, it } from "vitest";
import { startServer, type TestServer, testHttp } from "../../test/http-server.js";
import type { NextPage, PageRequest } from "./page-options.js";

const servers: TestServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
});

async function serve(answer: Parameters<typeof startServer>[0]) {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

async function collect(server: TestServer, request: PageRequest, path = "/items") {
  const { http } = testHttp();
  const pages: unknown[][] = [];
  for await (const page of http.with({ baseUrl: server.url }).pages(path, request))
    pages.push(page.map((record) => record.n));
  return pages;
}

const record = (n: number) => ({ n });
const range = (from: number, to: number) =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => record(from + index));

describe("styles of pagination", () => {
  it("follows Link headers", async () => {
    const server = await serve(({ url }) => {
      const n = Number(url.searchParams.get("at") ?? 0);
      const link =
        n < 2
          ? `</items?at=9>; rel="prev", </items?at=${n + 1}>; title="x"; rel="next"`
          : '</items?at=0>; rel="first"';
      return { headers: { link }, body: [record(n)] };
    });
    expect(await collect(server, {})).toEqual([[0], [1], [2]]);
  });

  it("follows addresses in the body", async () => {
    const server = await serve(({ url }) => {
      const n = Number(url.searchParams.get("at") ?? 0);
      return { body: { links: { next: n < 2 ? `?at=${n + 1}` : null }, data: [record(n)] } };
    });
    expect(await collect(server, { next: { style: "link", from: "links.next" } })).toEqual([[0], [1], [2]]);
  });

  it("follows cursors, in the query or in the body", async () => {
    const server = await serve(({ url, body }) => {
      const cursor =
        url.searchParams.get("cursor") ?? (JSON.parse(body || "{}") as { cursor?: string }).cursor ?? "0";
      return {
        body: {
          data: { items: [record(Number(cursor))] },
          next: cursor === "2" ? "" : String(Number(cursor) + 1),
        },
      };
    });
    const common = { records: "data.items", query: { limit: 5 } };
    expect(
      await collect(server, { ...common, next: { style: "cursor", from: "next", param: "cursor" } }),
    ).toEqual([[0], [1], [2]]);
    expect(server.seen.every(({ url }) => url.searchParams.get("limit") === "5")).toBe(true);
    server.seen.length = 0;
    const inBody: NextPage = {
      style: "cursor",
      from: ({ body }) => (body as { next: string }).next,
      param: "cursor",
      in: "body",
    };
    expect(await collect(server, { ...common, json: { filter: "x" }, next: inBody })).toEqual([
      [0],
      [1],
      [2],
    ]);
    expect(server.seen.map(({ body }) => body)).toEqual([
      '{"filter":"x"}',
      '{"filter":"x","cursor":"1"}',
      '{"filter":"x","cursor":"2"}',
    ]);
  });

  it("does not take an empty page for the end while there is a next one", async () => {
    const server = await serve(({ url }) => {
      const n = Number(url.searchParams.get("cursor") ?? 0);
      return { body: { items: n === 1 || n === 2 ? [] : [record(n)], next: n < 3 ? n + 1 : null } };
    });
    expect(await collect(server, { next: { style: "cursor", from: "next", param: "cursor" } })).toEqual([
      [0],
      [],
      [],
      [3],
    ]);
  });

  const numbered = (total: number, size: number) =>
    serve(({ url }) => {
      const start = (Number(url.searchParams.get("page")) - 1) * size;
      return {
        body: { items: range(start, Math.min(start + size, total)), total_pages: Math.ceil(total / size) },
      };
    });

  it.each([1, 4])("counts pages, %i at a time", async (concurrency) => {
    const server = await numbered(10, 3);
    const pages = await collect(server, { next: { style: "page", param: "page", concurrency } });
    expect(pages).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
  });

  it("counts pages to the last one there is", async () => {
    const server = await numbered(6, 3);
    expect(await collect(server, { next: { style: "page", param: "page", last: "total_pages" } })).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(server.seen).toHaveLength(2);
  });

  /** A server that never gives more than `most` records at a time, whatever the limit. */
  const offsets = (total: number, most: number) =>
    serve(({ url }) => {
      const offset = Number(url.searchParams.get("offset"));
      const limit = Math.min(Number(url.searchParams.get("limit")), most);
      return { body: { items: range(offset, Math.min(offset + limit, total)), total } };
    });

  it.each([
    [1, 100],
    [3, 100],
    [1, 2],
    [3, 2],
  ])("counts records, %i at a time, with a server that gives %i at most", async (concurrency, most) => {
    const server = await offsets(11, most);
    const pages = await collect(server, {
      next: { style: "offset", param: "offset", limit: 3, limitParam: "limit", concurrency },
    });
    expect(pages.flat()).toEqual(range(0, 11).map(({ n }) => n));
  });

  it("counts records to the last one there is", async () => {
    const server = await offsets(6, 100);
    await collect(server, {
      next: {
        style: "offset",
        param: "offset",
        limit: 3,
        limitParam: "limit",
        total: ({ body }) => (body as { total: number }).total,
      },
    });
    expect(server.seen).toHaveLength(2);
  });
});

describe("guards", () => {
  it("refuse a request that was sent before", async () => {
    const server = await serve(({ url }) => {
      const n = Number(url.searchParams.get("cursor") ?? 0);
      return { body: { items: [record(n), record(Math.random())], next: n === 2 ? 1 : n + 1 } };
    });
    await expect(
      collect(server, { next: { style: "cursor", from: "next", param: "cursor" } }),
    ).rejects.toMatchObject({
      code: "PAGE_REPEATED",
      message: expect.stringContaining("cursor=1"),
    });
    expect(server.seen).toHaveLength(3);
  });

  it("refuse a page that comes again byte for byte", async () => {
    const server = await serve(() => ({ body: { items: [record(1)] } }));
    await expect(collect(server, { next: { style: "page", param: "page" } })).rejects.toMatchObject({
      code: "PAGE_REPEATED",
    });
    const pages: unknown[] = [];
    const { http } = testHttp();
    const reading = (async () => {
      for await (const page of http.pages(server.url, {
        next: { style: "page", param: "page" },
        repeatLimit: 4,
      }))
        pages.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ code: "PAGE_REPEATED" });
    expect(pages).toHaveLength(3);
  });

  it("refuse more pages than allowed, by the request or by the job", async () => {
    const server = await serve(({ url }) => ({ body: [record(Number(url.searchParams.get("page")))] }));
    const next = { style: "page", param: "page" } as const;
    await expect(collect(server, { next, maxPages: 3 })).rejects.toMatchObject({
      code: "PAGE_LIMIT_REACHED",
      message: expect.stringContaining("page 4"),
    });
    const pages: unknown[] = [];
    const reading = (async () => {
      for await (const page of testHttp({ maxPages: 2 }).http.pages(server.url, { next })) pages.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ code: "PAGE_LIMIT_REACHED" });
    expect(pages).toHaveLength(2);
  });

  it("refuse a page whose records cannot be told", async () => {
    const server = await serve(() => ({ body: { a: [], b: [] } }));
    await expect(collect(server, {})).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      message: expect.stringContaining("a, b"),
    });
    await expect(collect(server, { records: "c.d" })).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      message: expect.stringContaining("c.d"),
    });
  });
});

describe("flow", () => {
  it("requests one page ahead, and no more", async () => {
    const server = await serve(({ url }) => ({ body: [record(Number(url.searchParams.get("page")))] }));
    const { http } = testHttp();
    const pages = http.pages(server.url, { next: { style: "page", param: "page" } });
    await pages.next();
    await expect.poll(() => server.seen.length).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.seen).toHaveLength(2);
    await pages.next();
    await expect.poll(() => server.seen.length).toBe(3);
    await pages.return();
  });

  it("cancels what is under way when the consumer stops", async () => {
    let closed = false;
    const server = await serve(({ url }, response) => {
      if (url.searchParams.get("page") === "1") return { body: [record(1)] };
      response.on("close", () => {
        closed = true;
      });
      return undefined;
    });
    const { http } = testHttp();
    for await (const page of http.pages(server.url, { next: { style: "page", param: "page" } })) {
      expect(page).toEqual([record(1)]);
      await expect.poll(() => server.seen.length).toBe(2);
      break;
    }
    await expect.poll(() => closed).toBe(true);
  });

  it("delivers the pages before one that fails", async () => {
    const server = await serve(({ url }) =>
      url.searchParams.get("page") === "3"
        ? { status: 400 }
        : { body: [record(Number(url.searchParams.get("page")))] },
    );
    const { http } = testHttp();
    const seen: unknown[] = [];
    const reading = (async () => {
      for await (const page of http.pages(server.url, { next: { style: "page", param: "page" } }))
        seen.push(page);
    })();
    await expect(reading).rejects.toMatchObject({ code: "HTTP_ERROR" });
    expect(seen).toEqual([[record(1)], [record(2)]]);
  });

  it("logs why it stopped, without secrets", async () => {
    const server = await serve(() => ({ body: [record(1)] }));
    const { http, logs } = testHttp();
    for await (const _page of http.pages(`${server.url}/x?token=abc`)) {
    }
    expect(logs).toEqual([
      {
        level: "debug",
        source: "test",
        message: "no next page",
        fields: { pages: 1, last: `${server.url}/x?token=[redacted]` },
      },
    ]);
  });
});

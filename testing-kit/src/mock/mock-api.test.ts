import { expect, it } from "vitest";
import { mockApi } from "./mock-api.js";

const rows = [1, 2, 3, 4, 5].map((id) => ({ id, at: `2026-01-0${id}T00:00:00Z` }));

async function pagesOf(
  api: ReturnType<typeof mockApi>,
  first: string,
  next: (body: { next?: string }, response: Response, page: number) => string | undefined,
) {
  const running = await api.start();
  const found: unknown[] = [];
  try {
    for (let path: string | undefined = first, page = 1; path !== undefined; page += 1) {
      const response = await fetch(`${running.url}${path}`);
      const body = (await response.json()) as { data: { id: number }[]; next?: string };
      found.push((Array.isArray(body) ? (body as { id: number }[]) : body.data).map(({ id }) => id));
      path = next(body, response, page);
    }
  } finally {
    await running.close();
  }
  return found;
}

it("divides a resource into pages by cursor, link, number and offset", async () => {
  const cursor = mockApi({ resources: { "/r": { rows, pages: { style: "cursor", size: 2 } } } });
  expect(await pagesOf(cursor, "/r", ({ next }) => (next == null ? undefined : `/r?cursor=${next}`))).toEqual(
    [[1, 2], [3, 4], [5]],
  );
  const link = mockApi({ resources: { "/r": { rows, member: null, pages: { style: "link", size: 2 } } } });
  const linked = (_body: object, response: Response) =>
    /<([^>]+)>/.exec(response.headers.get("link") ?? "")?.[1];
  expect(await pagesOf(link, "/r", linked)).toEqual([[1, 2], [3, 4], [5]]);
  const page = mockApi({ resources: { "/r": { rows, pages: { style: "page", size: 2 } } } });
  expect(
    await pagesOf(page, "/r?page=1", (_body, _response, at) => (at < 4 ? `/r?page=${at + 1}` : undefined)),
  ).toEqual([[1, 2], [3, 4], [5], []]);
  const offset = mockApi({ resources: { "/r": { rows, pages: { style: "offset", size: 3 } } } });
  expect(
    await pagesOf(offset, "/r", (_body, _response, at) => (at === 1 ? "/r?offset=3" : undefined)),
  ).toEqual([
    [1, 2, 3],
    [4, 5],
  ]);
});

it("compares since with or without the boundary, and lets records appear by its clock", async () => {
  const at = (inclusive: boolean) =>
    mockApi({ resources: { "/r": { rows, since: { column: "at", inclusive } } } });
  expect(await pagesOf(at(true), "/r?since=2026-01-04T00:00:00Z", () => undefined)).toEqual([[4, 5]]);
  expect(await pagesOf(at(false), "/r?since=2026-01-04T00:00:00Z", () => undefined)).toEqual([[5]]);
  const running = await mockApi({ resources: { "/r": { rows, appearsAt: "at" } } }).start();
  const count = async () =>
    ((await (await fetch(`${running.url}/r`)).json()) as { data: unknown[] }).data.length;
  running.clock.set("2026-01-02T12:00:00Z");
  expect(await count()).toBe(2);
  running.clock.advance(2 * 86_400);
  expect(await count()).toBe(4);
  await running.close();
});

it.each([
  [{ bearer: true as const }, { authorization: "Bearer k" }],
  [{ apiKey: "k" }, { "x-api-key": "k" }],
  [{ basic: { user: "a", password: "b" } }, { authorization: `Basic ${btoa("a:b")}` }],
])("asks for credentials: %o", async (auth, headers) => {
  const api = mockApi({ auth, resources: { "/r": rows } });
  const running = await api.start({ key: "k" });
  expect((await fetch(`${running.url}/r`)).status).toBe(401);
  expect((await fetch(`${running.url}/r`, { headers: { authorization: "Bearer wrong" } })).status).toBe(401);
  expect((await fetch(`${running.url}/r`, { headers })).status).toBe(200);
  await running.close();
});

it("limits the rate by its clock, without waiting", async () => {
  const running = await mockApi({
    resources: { "/r": rows },
    rateLimit: { requests: 2, perSeconds: 60 },
  }).start();
  const ask = () => fetch(`${running.url}/r`);
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  const limited = await ask();
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "60"]);
  running.clock.advance(60);
  expect((await ask()).status).toBe(200);
  await running.close();
});

it("answers inside the process through msw", async () => {
  const { setupServer } = await import("msw/node");
  const api = mockApi({ resources: { "/r": rows } });
  const server = setupServer(
    ...((await api.mswHandlers("https://api.example.com")) as Parameters<typeof setupServer>),
  );
  server.listen();
  try {
    expect(((await (await fetch("https://api.example.com/r")).json()) as { data: unknown }).data).toEqual(
      rows,
    );
  } finally {
    server.close();
  }
});

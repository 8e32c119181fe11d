import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FaultProxy } from "./fault-proxy.js";
import { onRequest, status } from "./faults.js";
import { namedFault } from "./named-faults.js";
import { losslessText, recordsOf } from "./page-records.js";

const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "application/json", link: `<${origin}/next>; rel="next"` });
  response.end(
    `{"items":[{"id":9007199254740993},{"id":2}],"next":"${origin}/more","path":"${request.url}"}`,
  );
});
let origin: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

it("passes requests on, records them, and turns the API's addresses into its own", async () => {
  const proxy = await FaultProxy.start(origin);
  const response = await fetch(`${proxy.origin}/a?b=1`, { method: "POST", body: "x" });
  expect(response.headers.get("link")).toBe(`<${proxy.origin}/next>; rel="next"`);
  expect(await response.text()).toContain(`"next":"${proxy.origin}/more"`);
  expect(proxy.exchanges[0]?.request).toMatchObject({
    method: "POST",
    path: "/a?b=1",
    body: "x",
    repeats: 0,
  });
  await proxy.close();
});

it("does what networks do", async () => {
  const kinds = ["cut", "refuse"] as const;
  for (const kind of kinds) {
    const proxy = await FaultProxy.start(origin, () => ({ kind }));
    await expect(fetch(proxy.origin).then((response) => response.text())).rejects.toThrow();
    await proxy.close();
  }
  const stalled = await FaultProxy.start(origin, () => ({ kind: "stall" }));
  await expect(
    fetch(stalled.origin, { signal: AbortSignal.timeout(300) }).then((response) => response.text()),
  ).rejects.toThrow();
  await expect.poll(() => stalled.unsettled).toBe(0);
  expect(stalled.exchanges[0]).toMatchObject({ abandoned: true, settled: false });
  await stalled.close();
});

it("breaks some requests so many times, by name as well", async () => {
  const proxy = await FaultProxy.start(
    origin,
    onRequest(({ path }) => path === "/a", status(503), 2),
  );
  const ask = async (path: string) => (await fetch(proxy.origin + path)).status;
  expect([await ask("/a"), await ask("/b"), await ask("/a"), await ask("/a")]).toEqual([503, 200, 503, 200]);
  await proxy.close();
  const named = await FaultProxy.start(origin, namedFault("rate-limit@2"));
  expect([(await fetch(named.origin)).status, (await fetch(named.origin)).status]).toEqual([200, 429]);
  await named.close();
  expect(() => namedFault("earthquake")).toThrow(/which is none/);
});

it("finds records and writes integers of any size", async () => {
  const proxy = await FaultProxy.start(origin, namedFault("short-page"));
  const body = await (await fetch(proxy.origin)).text();
  expect(body).toContain('"items":[{"id":9007199254740993}]');
  await proxy.close();
  expect(
    recordsOf({ status: 200, headers: {}, body: Buffer.from('{"a":{"b":[{"x":1}]},"c":[1]}') }),
  ).toMatchObject({ path: ["a", "b"] });
  expect(losslessText({ a: 2n ** 64n, b: undefined, c: [undefined] })).toBe(
    '{"a":18446744073709551616,"c":[null]}',
  );
});

import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type BadInput, job, reader } from "./bad-input.js";

/** An API whose answers are wrong, by path. */
const ANSWERS: Readonly<Record<string, (response: ServerResponse) => void>> = {
  "/refused": (response) => response.writeHead(401).end('{"error":"bad key"}'),
  "/missing": (response) => response.writeHead(404).end("no such table"),
  "/broken": (response) => response.writeHead(500).end("stack overflow in handler"),
  "/busy": (response) => response.writeHead(429, { "retry-after": "3600" }).end(),
  "/page": (response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in</html>"),
  "/cut": (response) =>
    response.writeHead(200, { "content-type": "application/json" }).end('{"data":[{"id":1'),
  "/dropped": (response) => response.destroy(),
  "/again": (response) =>
    response
      .writeHead(200, { "content-type": "application/json" })
      .end('{"data":[{"id":1,"name":"a"}],"next":"/again"}'),
};

/** Starts the API on a free port. */
export async function startWrongApi(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    (ANSWERS[pathname] ?? ANSWERS["/missing"])?.(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const PAGES = reader(
  'for await (const page of client.http.with({ baseUrl: process.env.API_URL, retry: false }).pages(process.env.API_PATH, { records: "data", next: { style: "link", from: "next" } })) yield page;',
);

const api = (
  name: string,
  path: string,
  expected: Partial<BadInput> & Pick<BadInput, "code" | "says">,
): BadInput => ({
  name,
  files: { "job.yaml": job(), "reader.ts": PAGES },
  env: { API_PATH: path },
  begins: true,
  ...expected,
});

/** Servers that misbehave. */
export const HTTP_CASES: readonly BadInput[] = [
  api("a server that refuses the credentials", "/refused", {
    code: "AUTHENTICATION_FAILED",
    says: ["GET", "/refused", "401", "bad key"],
  }),
  api("an address that the server does not know", "/nowhere", {
    code: "HTTP_ERROR",
    says: ["GET", "/nowhere", "404", "no such table"],
  }),
  api("a server that breaks down", "/broken", {
    code: "TRANSIENT_ERROR",
    says: ["GET", "/broken", "500", "stack overflow in handler"],
  }),
  api("a server that asks to wait for an hour", "/busy", {
    code: "RATE_LIMIT_EXCEEDED",
    says: ["GET", "/busy", "429", "3600 s"],
  }),
  api("a page to sign in instead of JSON", "/page", {
    code: "SOURCE_UNREADABLE",
    says: ["GET", "/page", "JSON", "text/html", "Sign in"],
  }),
  api("JSON that is cut off by the server", "/cut", {
    code: "SOURCE_UNREADABLE",
    says: ["GET", "/cut", "JSON", '{"data":[{"id":1'],
  }),
  api("a connection that is dropped", "/dropped", { code: "CONNECTION_FAILED", says: ["GET", "/dropped"] }),
  api("the same page again and again", "/again", { code: "PAGE_REPEATED", says: ["/again"] }),
  api("a server that is down", "/refused", {
    env: { API_PATH: "/refused", API_URL: "http://127.0.0.1:2" },
    code: "CONNECTION_FAILED",
    says: ["GET", "127.0.0.1:2"],
  }),
  api("a host that does not exist", "/refused", {
    env: { API_PATH: "/refused", API_URL: "http://dativo.invalid" },
    code: "CONNECTION_FAILED",
    says: ["GET", "dativo.invalid"],
  }),
];

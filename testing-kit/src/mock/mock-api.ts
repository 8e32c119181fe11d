import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Row } from "@dativo/protocol";
import { losslessText } from "../http/page-records.js";
import type { RunningMock } from "../plugin/subject.js";
import { isAuthorised } from "./mock-auth.js";
import type { MockAnswer, MockApiDefinition, MockRequest, MockResource } from "./mock-definition.js";
import { pageOf } from "./mock-pages.js";
import { VirtualClock } from "./virtual-clock.js";

/** How a mock API is started. */
export interface MockApiStart {
  /** 0 takes a free one. @default 0 */
  readonly port?: number;
  /** What `true` in `auth` stands for; any key when absent. */
  readonly key?: string | undefined;
}

/** A mock API that answers on a port of this machine. */
export interface RunningMockApi extends RunningMock {
  readonly clock: VirtualClock;
  /** Method and path with query of every request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A mock API. */
export interface MockApi {
  /** Serves it over HTTP; each start begins anew. */
  start(options?: MockApiStart): Promise<RunningMockApi>;
  /** Answers one request, without a server; state is kept from call to call. */
  fetch(request: Request): Promise<Response>;
  /** Request handlers for msw (`npm install -D msw`), for plugins that run in the process of the test. */
  mswHandlers(origin: string): Promise<unknown[]>;
}

/**
 * Makes an API of a description: resources with pages, cursors and `since`, authentication, a rate limit, and a clock
 * that only moves when it is told to.
 *
 * @example
 * export default mockApi({
 *   auth: { bearer: true },
 *   resources: { "/people": { rows: people, pages: { style: "link", size: 50 }, since: { column: "updated_at" } } },
 *   routes: { "GET /version": () => ({ version: "1.0.0" }) },
 * });
 */
export function mockApi(definition: MockApiDefinition): MockApi {
  const standing = new MockState(definition, {});
  return {
    start: async (options = {}) => serve(new MockState(definition, options), options.port ?? 0),
    fetch: (request) => standing.answer(request),
    mswHandlers: async (origin) => {
      const { http } = await import("msw");
      return [http.all(`${origin.replace(/\/$/, "")}/*`, ({ request }) => standing.answer(request))];
    },
  };
}

/** One start of a mock API: its clock, its quota and what it remembers. */
class MockState {
  readonly clock = new VirtualClock();
  readonly requests: string[] = [];
  private readonly memory = new Map<string, unknown>();
  private readonly resources: ReadonlyMap<
    string,
    { readonly resource: MockResource; readonly rows: readonly Row[] }
  >;
  private spent: number[] = [];

  constructor(
    private readonly definition: MockApiDefinition,
    private readonly options: MockApiStart,
  ) {
    this.resources = new Map(
      Object.entries(definition.resources ?? {}).map(([path, given]) => {
        const resource: MockResource = "rows" in given ? given : { rows: given as readonly Row[] };
        return [
          path,
          { resource, rows: typeof resource.rows === "function" ? resource.rows() : resource.rows },
        ];
      }),
    );
  }

  async answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    this.requests.push(`${request.method} ${url.pathname}${url.search}`);
    const { status, headers, body } = await this.decide(request, url);
    return new Response(body === undefined ? null : losslessText(body), {
      status,
      headers: { "content-type": "application/json", ...headers },
    });
  }

  records(object: string): readonly unknown[] {
    const { records } = this.definition;
    if (records !== undefined) return records(object, this.memory);
    return this.resources.get(`/${object}`)?.rows ?? [];
  }

  private async decide(request: Request, url: URL): Promise<MockAnswer> {
    const { auth } = this.definition;
    if (!isAuthorised(auth, request.headers, url.searchParams, this.options.key))
      return { status: 401, body: { error: "The credentials are missing or wrong." } };
    const limited = this.overQuota();
    if (limited !== undefined) return limited;
    const route = this.routeFor(request.method, url.pathname);
    if (route !== undefined) return asAnswer(await route(await this.seen(request, url)));
    const found = this.resources.get(url.pathname);
    if (found === undefined || request.method !== "GET")
      return { status: 404, body: { error: `There is no ${request.method} ${url.pathname}.` } };
    return pageOf(found.resource, found.rows, url, this.clock);
  }

  private overQuota(): MockAnswer | undefined {
    const { rateLimit } = this.definition;
    if (rateLimit === undefined) return undefined;
    const now = this.clock.now();
    this.spent = this.spent.filter((at) => at > now - rateLimit.perSeconds * 1000);
    if (this.spent.length < rateLimit.requests) {
      this.spent.push(now);
      return undefined;
    }
    const free = (this.spent[0] as number) + rateLimit.perSeconds * 1000;
    const after =
      rateLimit.date === true ? new Date(free).toUTCString() : String(Math.ceil((free - now) / 1000));
    return { status: 429, headers: { "retry-after": after }, body: { error: "Too many requests." } };
  }

  private routeFor(method: string, path: string): ((request: MockRequest) => unknown) | undefined {
    const routes = this.definition.routes ?? {};
    const exact = routes[`${method} ${path}`];
    if (exact !== undefined) return exact;
    return Object.entries(routes).find(
      ([name]) => name.endsWith("/*") && `${method} ${path}`.startsWith(name.slice(0, -1)),
    )?.[1];
  }

  private async seen(request: Request, url: URL): Promise<MockRequest> {
    const text = await request.text();
    const { clock, memory } = this;
    return {
      method: request.method,
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: parsed(text),
      memory,
      clock,
    };
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function asAnswer(value: unknown): MockAnswer {
  const isAnswer =
    typeof value === "object" && value !== null && "status" in value && typeof value.status === "number";
  return isAnswer ? (value as MockAnswer) : { status: 200, body: value };
}

async function serve(state: MockState, port: number): Promise<RunningMockApi> {
  const server = createServer((incoming, outgoing) => {
    outgoing.on("error", () => {}); // whoever left does not want the rest
    void (async () => {
      const answer = await state.answer(await requestOf(incoming));
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      outgoing.end(Buffer.from(await answer.arrayBuffer()));
    })().catch((error: Error) => outgoing.writeHead(500).end(`The mock API failed: ${error.message}`));
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock: state.clock,
    requests: state.requests,
    records: (object) => state.records(object),
    close: () => closed(server),
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}

async function requestOf(incoming: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { method = "GET", url = "/" } = incoming;
  const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(url, `http://${incoming.headers.host ?? "localhost"}`), {
    method,
    headers,
    ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
  });
}

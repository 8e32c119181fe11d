import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type LogRecord, Redactor } from "@dativo/protocol";
import type { Clock } from "../src/clock.js";
import { createHttp, type HttpSettings } from "../src/http/create-http.js";
import type { Http } from "../src/http/http.js";
import { createLogger } from "../src/log/logger.js";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a test's server answers; `undefined` when it has answered by itself. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body?: string | object }
  | undefined;

/** A real HTTP server for one test. */
export interface TestServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
}

/** Starts a server on a free port. */
export async function startServer(
  answer: (request: SeenRequest, response: ServerResponse) => Answer | Promise<Answer>,
): Promise<TestServer> {
  const seen: SeenRequest[] = [];
  const server: Server = createServer(async (incoming, response) => {
    let body = "";
    for await (const chunk of incoming.setEncoding("utf8")) body += chunk;
    const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
    const request = { method: incoming.method ?? "", url, headers: incoming.headers, body };
    seen.push(request);
    const given = await answer(request, response);
    if (given === undefined) return;
    response.writeHead(given.status ?? 200, given.headers);
    response.end(typeof given.body === "object" ? JSON.stringify(given.body) : given.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    seen,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A clock that does not wait: sleeping moves it on. */
export function fakeClock(random = 0.5): Clock & { readonly slept: number[] } {
  let now = Date.parse("2026-01-04T10:00:00Z");
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    random: () => random,
    sleep: async (milliseconds) => {
      slept.push(milliseconds);
      now += milliseconds;
    },
  };
}

/** An `Http` that keeps what it logs. */
export function testHttp(settings: Partial<HttpSettings> = {}): {
  readonly http: Http;
  readonly redactor: Redactor;
  readonly logs: LogRecord[];
  readonly clock: ReturnType<typeof fakeClock>;
} {
  const redactor = new Redactor();
  const logs: LogRecord[] = [];
  const clock = fakeClock();
  const log = createLogger({ source: "test", write: (record) => logs.push(record), redactor });
  const http = createHttp({
    redactor,
    log,
    signal: new AbortController().signal,
    rateLimits: {},
    clock,
    ...settings,
  });
  return { http, redactor, logs, clock };
}

/** Answers in turn, the last one for ever. */
export function inTurn(...answers: Answer[]) {
  let index = 0;
  return () => answers[Math.min(index++, answers.length - 1)];
}

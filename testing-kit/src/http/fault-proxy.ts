import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer, Exchange, FaultPlan, SeenRequest } from "./exchange.js";

/** Milliseconds that the API is given to answer when the proxy is closed. */
const DRAIN_MS = 2000;

/** Headers that belong to one connection, or that the proxy sets itself. */
const HOP_HEADERS = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "upgrade"]);

/**
 * An HTTP server that stands between a plugin and the API it reads: it records what passes, and does to some of it
 * what networks and servers do.
 *
 * It works for a plugin in any language, since all that changes is the address in the plugin's `connection`.
 */
export class FaultProxy {
  readonly exchanges: Exchange[] = [];
  /** Where the plugin finds it. */
  origin = "";
  /** Plugins are asked to close connections they no longer need; this many are open. */
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((request, response) => void this.serve(request, response));
  /** Requests that the API has not answered yet. */
  private readonly forwarding = new Set<Promise<Answer>>();
  private readonly started = performance.now();
  private readonly seen = new Map<string, number>();

  private constructor(
    private readonly upstream: URL,
    private readonly plan: FaultPlan,
  ) {}

  /** Starts a proxy on a port of this machine, a free one unless stated. */
  static async start(upstream: string, plan: FaultPlan = () => undefined, port = 0): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(upstream), plan);
    proxy.server.on("connection", (socket) => {
      proxy.sockets.add(socket);
      socket.on("close", () => proxy.sockets.delete(socket));
    });
    await new Promise<void>((resolve, reject) => {
      proxy.server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    // Kept, since answers may still come in when it is closed.
    proxy.origin = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`;
    return proxy;
  }

  /** Requests that still wait for the rest of their answer. */
  get unsettled(): number {
    return this.exchanges.filter(({ settled, abandoned }) => !settled && !abandoned).length;
  }

  /** Ends it, once the API has answered what was passed on: a mock that is closed in the middle of an answer may fail. */
  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    await Promise.race([Promise.allSettled(this.forwarding), sleep(DRAIN_MS, undefined, { ref: false })]);
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const exchange = await this.begin(incoming);
      // Whoever left does not want the rest of an answer.
      response.on("error", () => {});
      response.on("close", () => {
        if (!response.writableFinished) exchange.abandoned = true;
      });
      await this.answer(exchange, response);
    } catch (error) {
      // The client left, or the mock behind the proxy is gone; both are over for this request.
      if (!response.headersSent) response.writeHead(502, { "content-type": "text/plain" });
      response.end(`The testing kit could not pass this request on: ${(error as Error).message}`);
    }
  }

  private async begin(incoming: IncomingMessage): Promise<Exchange> {
    const at = performance.now() - this.started;
    const body = (await bytesOf(incoming)).toString("utf8");
    const { method = "GET", url: path = "/" } = incoming;
    const key = `${method} ${path}${body === "" ? "" : ` ${body}`}`;
    const repeats = this.seen.get(key) ?? 0;
    this.seen.set(key, repeats + 1);
    const headers = Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    );
    const request: SeenRequest = {
      index: this.exchanges.length,
      at,
      method,
      path,
      headers,
      body,
      key,
      repeats,
    };
    const exchange: Exchange = { request, abandoned: false, settled: false };
    this.exchanges.push(exchange);
    return exchange;
  }

  private async answer(exchange: Exchange, response: ServerResponse): Promise<void> {
    const { request } = exchange;
    const fault = this.plan(request);
    if (fault !== undefined) exchange.fault = fault;
    switch (fault?.kind) {
      case "refuse":
        response.destroy();
        exchange.settled = true;
        return;
      case "answer":
        send(response, exchange, {
          status: fault.status,
          headers: { "content-type": "application/json", ...fault.headers },
          body: Buffer.from(fault.body ?? JSON.stringify({ error: `status ${fault.status}` })),
        });
        return;
      case "cut":
      case "stall": {
        const { status, headers, body } = await this.forward(request);
        response.writeHead(status, { ...writable(headers), "content-length": body.length });
        response.write(body.subarray(0, Math.floor(body.length / 2)));
        if (fault.kind === "stall") return;
        exchange.settled = true;
        setTimeout(() => response.destroy(), 20);
        return;
      }
      case "delay":
        await new Promise((resolve) => setTimeout(resolve, fault.milliseconds));
        send(response, exchange, await this.forward(request));
        return;
      case "change":
        send(response, exchange, fault.change(await this.forward(request), request));
        return;
      default:
        send(response, exchange, await this.forward(request));
    }
  }

  /** The true answer, with addresses of the API turned into those of this proxy. */
  private forward(request: SeenRequest): Promise<Answer> {
    const url = new URL(request.path, this.upstream.origin);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const headers: Record<string, string> = { "accept-encoding": "identity" };
    for (const [name, value] of Object.entries(request.headers))
      if (!HOP_HEADERS.has(name) && name !== "host" && name !== "accept-encoding") headers[name] = value;
    const answered = new Promise<Answer>((resolve, reject) => {
      const outgoing = send(url, { method: request.method, headers }, (answer) => {
        bytesOf(answer)
          .then((body) => resolve(this.localised(answer, body)))
          .catch(reject);
      });
      outgoing.on("error", reject);
      outgoing.end(request.body);
    });
    this.forwarding.add(answered);
    const settled = () => void this.forwarding.delete(answered);
    answered.then(settled, settled);
    return answered;
  }

  private localised(answer: IncomingMessage, body: Buffer): Answer {
    const { origin } = this.upstream;
    const local = (text: string) => text.replaceAll(origin, this.origin);
    const headers: Record<string, string | readonly string[]> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (HOP_HEADERS.has(name) || value === undefined) continue;
      headers[name] = Array.isArray(value) ? value.map(local) : local(String(value));
    }
    const changed = body.includes(origin) ? Buffer.from(local(body.toString("utf8"))) : body;
    return { status: answer.statusCode ?? 502, headers, body: changed };
  }
}

function send(response: ServerResponse, exchange: Exchange, answer: Answer): void {
  exchange.answer = answer;
  exchange.settled = true;
  response.writeHead(answer.status, { ...writable(answer.headers), "content-length": answer.body.length });
  response.end(answer.body);
}

function writable(headers: Answer["headers"]): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

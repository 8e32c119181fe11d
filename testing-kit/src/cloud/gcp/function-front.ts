import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { CloudFaults } from "../cloud-faults.js";
import { bodyOf, EmulatorServer } from "../emulator-server.js";
import type { Revision } from "./cloud-function.js";
import type { CloudFunctionCounters } from "./cloud-function-counters.js";
import type { Identity } from "./identity.js";
import { Instance, type InstanceHost } from "./instance.js";
import { CLOUD_FUNCTION_LIMITS } from "./limits.js";
import { proxied } from "./proxied-request.js";

/** What the front of a function gets from the emulator. */
export interface FrontHost extends InstanceHost {
  readonly identity: Identity;
  readonly faults: CloudFaults;
  readonly counters: CloudFunctionCounters;
  log(fn: string, instance: string, text: string): void;
}

/** Where a function is invoked: lets callers in, finds or starts an instance, and passes the request on. */
export class FunctionFront {
  private readonly server = new EmulatorServer((request, response) => this.serve(request, response));
  private readonly instances = new Set<Instance>();
  private readonly waiting: (() => void)[] = [];
  private revision: Revision | undefined;
  private busy = 0;

  constructor(
    private readonly name: string,
    private readonly host: FrontHost,
  ) {}

  /** Address of the function, which is also the audience of ID tokens. */
  get uri(): string {
    return this.server.origin;
  }

  async start(): Promise<void> {
    await this.server.start();
  }

  async close(): Promise<void> {
    for (const instance of this.instances) instance.end("The function was deleted");
    await this.server.close();
  }

  /**
   * Serves a new revision, once an instance of it listens; the instances of the one before end with their requests.
   *
   * @throws BuildFailure when it does not start
   */
  async deploy(revision: Revision): Promise<void> {
    const first = this.newInstance(revision);
    first.claim();
    await first.ready;
    for (const instance of this.instances)
      if (instance.revision !== revision && instance.active === 0) instance.end("replaced");
    this.revision = revision;
    first.release();
    this.next();
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const { counters, faults, options } = this.host;
    const refused = this.refusal(incoming, body);
    if (refused !== undefined) {
      counters.denied += 1;
      const [status, text] = refused;
      response.writeHead(status, { "content-type": "text/html; charset=UTF-8" }).end(text);
      return;
    }
    const instance = faults.throttle(this.name) === undefined ? await this.instance() : undefined;
    if (instance === undefined) {
      counters.throttles += 1;
      response.writeHead(429).end("Rate exceeded.");
      return;
    }
    this.busy += 1;
    counters.invocations += 1;
    counters.peakConcurrency = Math.max(counters.peakConcurrency, this.busy);
    const began = performance.now();
    const invocation = faults.forInvocation(this.name);
    try {
      await instance.ready;
      if (invocation.delayMs !== undefined) await sleep(invocation.delayMs);
      const { streamBytes = CLOUD_FUNCTION_LIMITS.streamBytes } = options;
      const { timeoutSeconds } = instance.revision;
      const result = await proxied({
        incoming,
        body,
        response,
        instance,
        timeoutSeconds,
        streamBytes: streamBytes === false ? Number.POSITIVE_INFINITY : streamBytes,
        faults: invocation,
      });
      counters.responseBytes += result.bytes;
      if (result.outcome !== "done") counters.errors += 1;
      if (result.outcome === "timeout") counters.timeouts += 1;
    } catch (error) {
      counters.errors += 1;
      response.writeHead(500).end((error as Error).message);
    } finally {
      invocation.over();
      this.busy -= 1;
      counters.billedMilliseconds += Math.ceil((performance.now() - began) / 100) * 100;
      instance.release();
      if (instance.revision !== this.revision && instance.active === 0) instance.end("replaced");
      this.next();
    }
  }

  /** Why a request is not let in. */
  private refusal(
    { headers }: IncomingMessage,
    { length }: Buffer,
  ): readonly [status: number, text: string] | undefined {
    if (this.revision === undefined) return [404, "<title>404 Page not found</title>"];
    if (length > CLOUD_FUNCTION_LIMITS.requestBytes)
      return [413, "<title>413 Request Entity Too Large</title>"];
    if (this.host.options.allowUnauthenticated === true) return undefined;
    const token = /^bearer (.+)$/i.exec(headers.authorization ?? "")?.[1];
    if (token === undefined)
      return [
        403,
        "<h1>Error: Forbidden</h1><h2>Your client does not have permission to get URL <code>/</code> from this server.</h2>",
      ];
    const claims = this.host.identity.verify(token);
    return claims?.aud === this.uri
      ? undefined
      : [
          401,
          "<h1>Error: Unauthorized</h1><h2>Your client does not have permission to the requested URL <code>/</code>.</h2>",
        ];
  }

  /** An instance that takes a request, or undefined when none was free in time. */
  private async instance(): Promise<Instance | undefined> {
    const until = performance.now() + (this.host.options.queueMs ?? CLOUD_FUNCTION_LIMITS.queueMs);
    for (;;) {
      const { revision } = this;
      if (revision === undefined) return undefined;
      const current = [...this.instances].filter(
        (each) => each.revision === revision && each.ended === undefined,
      );
      const found =
        current.find(({ free }) => free) ??
        (current.length < revision.maxInstances ? this.newInstance(revision) : undefined);
      if (found !== undefined) {
        found.claim();
        return found;
      }
      const left = until - performance.now();
      if (left <= 0) return undefined;
      await this.turn(left);
    }
  }

  private newInstance(revision: Revision): Instance {
    this.host.counters.coldStarts += 1;
    const events = {
      log: (text: string) => this.host.log(this.name, `${revision.name}/${instance.id}`, text),
      ended: () => {
        this.instances.delete(instance);
        this.next();
      },
    };
    const instance: Instance = new Instance(
      revision,
      this.host,
      events,
      this.host.faults.forStart(this.name),
    );
    this.instances.add(instance);
    return instance;
  }

  /** Waits until an instance may have become free, or for so long. */
  private turn(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        const at = this.waiting.indexOf(done);
        if (at >= 0) this.waiting.splice(at, 1);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.waiting.push(done);
    });
  }

  private next(): void {
    this.waiting[0]?.();
  }
}

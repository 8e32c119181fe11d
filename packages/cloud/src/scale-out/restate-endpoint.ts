import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";
import type { Steps } from "@dativo/engine";
import { loadSdk } from "./load-sdk.js";
import { runWorkflow, type WorkflowInput } from "./run-workflow.js";

/** Time that a step may take; a part of a run is bounded by its own means. */
const STEP = { days: 7 };

/** The service of one run, served by this process to the Restate server. */
export class RestateEndpoint implements AsyncDisposable {
  private readonly sessions = new Set<ServerHttp2Session>();

  private constructor(private readonly server: Http2Server) {
    server.on("session", (session) => {
      this.sessions.add(session);
      session.on("close", () => this.sessions.delete(session));
    });
  }

  /**
   * Serves the run at a port, or at any free one when the port is 0.
   *
   * @throws NodeJS.ErrnoException `EADDRINUSE` when the port is taken
   */
  static async listen(
    service: string,
    { step, log }: Pick<Steps, "step" | "log">,
    port: number,
  ): Promise<RestateEndpoint> {
    const sdk = await loadSdk();
    const workflow = sdk.workflow({
      name: service,
      handlers: {
        run: (context, input: WorkflowInput) => runWorkflow(context, input, step, sdk),
      },
      options: {
        inactivityTimeout: STEP,
        abortTimeout: STEP,
        // A process that was killed is back soon, or not at all.
        retryPolicy: {
          initialInterval: 100,
          maxInterval: 1000,
          exponentiationFactor: 2,
          maxAttempts: 1_000_000,
        },
      },
    });
    const server = createServer(
      sdk.createEndpointHandler({
        services: [workflow],
        logger: ({ level }, ...words) => {
          if (level === "error")
            log({ level: "warn", source: "restate", message: words.map(String).join(" ") });
        },
      }),
    );
    const endpoint = new RestateEndpoint(server);
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return endpoint;
  }

  /** Where the Restate server finds it. */
  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.server, "close");
    this.server.close();
    for (const session of this.sessions) session.destroy();
    await closed;
  }
}

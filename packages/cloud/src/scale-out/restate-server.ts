import { setTimeout as wait } from "node:timers/promises";
import { DativoError, isDativoError } from "@dativo/protocol";

/** Where a Restate server is. */
export interface RestateAddresses {
  /** Where invocations are sent. @default "http://127.0.0.1:8080" */
  readonly ingressUrl?: string | undefined;
  /** Where services are registered. @default port 9070 of the ingress' host */
  readonly adminUrl?: string | undefined;
}

/** Milliseconds that one answer may take. */
const ANSWER_MS = 10_000;

/** Milliseconds that a server may be away, as while it is started again, before it is given up. */
const AWAY_MS = 60_000;

const PAUSE_MS = 250;

/** An invocation that has not ended. */
export interface OpenInvocation {
  readonly id: string;
  readonly key: string;
}

/** A Restate server, by what it offers over HTTP. */
export class RestateServer {
  readonly ingressUrl: string;
  readonly adminUrl: string;
  /** When it answered last. */
  private answeredAt = 0;

  constructor({ ingressUrl = "http://127.0.0.1:8080", adminUrl }: RestateAddresses) {
    this.ingressUrl = ingressUrl.replace(/\/+$/, "");
    this.adminUrl = (adminUrl ?? adminBeside(this.ingressUrl)).replace(/\/+$/, "");
  }

  /**
   * Makes sure that the server is there.
   *
   * @throws DativoError `COORDINATOR_UNAVAILABLE`
   */
  async assertThere(): Promise<void> {
    await this.ask("GET", `${this.ingressUrl}/restate/health`);
    await this.ask("GET", `${this.adminUrl}/health`);
  }

  /** The address at which a service was registered; undefined when there is no such service. */
  async addressOf(service: string): Promise<string | undefined> {
    const found = await this.ask("GET", `${this.adminUrl}/services/${service}`, undefined, [404]);
    if (found.status === 404) return undefined;
    const { deployment_id } = (await found.json()) as { readonly deployment_id: string };
    const deployment = await this.ask(
      "GET",
      `${this.adminUrl}/deployments/${deployment_id}`,
      undefined,
      [404],
    );
    if (deployment.status === 404) return undefined;
    const { uri } = (await deployment.json()) as { readonly uri?: string };
    return uri;
  }

  /** Tells the server where services are served; returns the id of the deployment. */
  async register(uri: string): Promise<string> {
    const registered = await this.ask("POST", `${this.adminUrl}/deployments`, { uri, force: true });
    return ((await registered.json()) as { readonly id: string }).id;
  }

  /** Forgets a deployment, and with it the services that only it serves. */
  async forget(deployment: string): Promise<void> {
    await this.ask("DELETE", `${this.adminUrl}/deployments/${deployment}?force=true`, undefined, [404]);
  }

  /** Workflows of a service that have not ended. */
  async openInvocations(service: string): Promise<readonly OpenInvocation[]> {
    const query = `SELECT id, target_service_key FROM sys_invocation WHERE target_service_name = '${service}' AND status <> 'completed'`;
    const answer = await this.ask("POST", `${this.adminUrl}/query`, { query });
    const { rows } = (await answer.json()) as {
      readonly rows: readonly { readonly id: string; readonly target_service_key: string }[];
    };
    return rows.map(({ id, target_service_key }) => ({ id, key: target_service_key }));
  }

  /** Ends an invocation as it is. */
  async kill(invocation: string): Promise<void> {
    await this.ask("PATCH", `${this.adminUrl}/invocations/${invocation}/kill`, undefined, [404, 409]);
  }

  /** Begins a workflow, unless one of that key has begun. */
  async begin(service: string, key: string, input: unknown): Promise<void> {
    await this.patiently(() =>
      this.ask("POST", `${this.ingressUrl}/${service}/${key}/run/send`, input, [409]),
    );
  }

  /**
   * The result of a workflow, once it has one.
   *
   * @throws DativoError `COORDINATOR_UNAVAILABLE` when the server is away for longer than a restart takes, or the
   *   workflow failed
   */
  async result<T>(service: string, key: string, signal: AbortSignal): Promise<T> {
    const answer = await this.patiently(async () => {
      for (;;) {
        const url = `${this.ingressUrl}/restate/workflow/${service}/${key}/output`;
        const output = await this.ask("GET", url, undefined, [470]);
        if (output.status === 200) return output;
        await wait(PAUSE_MS, undefined, { signal });
      }
    });
    return (await answer.json()) as T;
  }

  /** Does something until the server has been away for too long. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const since = performance.now();
    for (;;) {
      try {
        return await work();
      } catch (error) {
        const awayMs = performance.now() - Math.max(since, this.answeredAt);
        if (!isAway(error) || awayMs > AWAY_MS) throw error;
        await wait(PAUSE_MS);
      }
    }
  }

  private async ask(
    method: string,
    url: string,
    body?: unknown,
    accepted: readonly number[] = [],
  ): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(url, {
        method,
        signal: AbortSignal.timeout(ANSWER_MS),
        ...(body === undefined
          ? {}
          : {
              body: JSON.stringify(body),
              headers: { "content-type": "application/json", accept: "application/json" },
            }),
      });
    } catch (cause) {
      throw new DativoError({
        code: "COORDINATOR_UNAVAILABLE",
        message: `The Restate server at ${new URL(url).origin} does not answer.`,
        hint: "Install it with npm install @restatedev/restate-server and start it with RESTATE_DISABLE_TELEMETRY=true npx restate-server, or correct --restate-url; without --coordinator restate the run needs no server.",
        details: { url },
        cause,
      });
    }
    this.answeredAt = performance.now();
    if (answer.ok || accepted.includes(answer.status)) return answer;
    throw new DativoError({
      code: "COORDINATOR_UNAVAILABLE",
      message: `The Restate server answered ${method} ${url} with ${answer.status}: ${(await answer.text()).slice(0, 500)}`,
      retryable: answer.status >= 500,
      details: { url, status: answer.status },
    });
  }
}

/** Whether a server did not answer, or is only just starting. */
function isAway(error: unknown): boolean {
  if (!isDativoError(error) || error.code !== "COORDINATOR_UNAVAILABLE") return false;
  const { status } = error.details as { readonly status?: number };
  return status === undefined || status >= 500;
}

function adminBeside(ingressUrl: string): string {
  const url = new URL(ingressUrl);
  url.port = "9070";
  return url.origin;
}

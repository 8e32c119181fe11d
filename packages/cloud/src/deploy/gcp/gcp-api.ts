import { v2 } from "@google-cloud/functions";
import { GoogleAuth } from "google-auth-library";

/** Services whose REST interfaces are called. */
export type GcpService = "cloudfunctions" | "secretmanager" | "logging";

/** An answer of a REST interface that is no success. */
export class GcpStatusError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "GcpStatusError";
  }
}

/**
 * Google's interfaces over REST, with the credentials that its own tools find. `DATIVO_GCP_ENDPOINT` names one address
 * for all of them, such as that of an emulator.
 */
export class GcpApi {
  readonly auth: GoogleAuth;
  readonly functions: InstanceType<typeof v2.FunctionServiceClient>;
  private readonly endpoint = process.env.DATIVO_GCP_ENDPOINT || undefined;

  constructor(projectId: string) {
    this.auth = new GoogleAuth({ projectId, scopes: ["https://www.googleapis.com/auth/cloud-platform"] });
    this.functions = new v2.FunctionServiceClient({
      // REST rather than gRPC: the one way that is tested, and that proxies let through.
      fallback: true,
      projectId,
      auth: this.auth as never,
      ...(this.endpoint === undefined ? {} : addressOf(this.endpoint)),
    });
  }

  /**
   * Calls a REST interface and returns its answer.
   *
   * @throws GcpStatusError
   */
  async call<T>(
    service: GcpService,
    method: "GET" | "POST" | "DELETE",
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<T> {
    const base = this.endpoint ?? `https://${service}.googleapis.com`;
    const response = await this.auth.request<T & { readonly error?: { readonly message?: string } }>({
      url: `${base.replace(/\/$/, "")}/${path}`,
      method,
      ...(body === undefined ? {} : { data: body }),
      responseType: "json",
      validateStatus: () => true,
      signal,
    });
    if (response.status >= 200 && response.status < 300) return response.data;
    throw new GcpStatusError(response.status, response.data?.error?.message ?? response.statusText);
  }
}

function addressOf(endpoint: string) {
  const { hostname, port, protocol } = new URL(endpoint);
  const [scheme = "https"] = protocol.split(":");
  return { apiEndpoint: hostname, port: Number(port || (scheme === "http" ? 80 : 443)), protocol: scheme };
}

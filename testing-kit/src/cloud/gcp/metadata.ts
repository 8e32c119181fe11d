import { EmulatorServer } from "../emulator-server.js";
import type { Identity } from "./identity.js";

const PREFIX = "/computeMetadata/v1/";

/** The metadata server of one machine: who it runs as, and tokens for that. */
export class MetadataServer {
  private readonly server: EmulatorServer;

  constructor(identity: Identity, project: string, projectNumber: string, account: string) {
    const answers = answersOf(identity, project, projectNumber, account);
    this.server = new EmulatorServer(async (request, response) => {
      const url = new URL(request.url ?? "/", "http://metadata");
      const headers = { "metadata-flavor": "Google", server: "Metadata Server for VM" };
      if (url.pathname === "/" || url.pathname === "/computeMetadata/v1/instance") {
        response.writeHead(200, headers).end("instance/\nproject/\n");
        return;
      }
      if (request.headers["metadata-flavor"] !== "Google") {
        response.writeHead(403, headers).end();
        return;
      }
      const path = url.pathname.startsWith(PREFIX)
        ? url.pathname.slice(PREFIX.length).replace(/\/$/, "")
        : "";
      const answer = answers(path, url.searchParams);
      response.writeHead(answer === undefined ? 404 : 200, {
        ...headers,
        "content-type": typeof answer === "object" ? "application/json" : "application/text",
      });
      response.end(typeof answer === "object" ? JSON.stringify(answer) : answer);
    });
  }

  /** Host and port, for `GCE_METADATA_HOST`. */
  get host(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  async start(): Promise<void> {
    await this.server.start();
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

function answersOf(identity: Identity, project: string, projectNumber: string, account: string) {
  const token = () => ({
    access_token: identity.accessToken(account),
    expires_in: 3599,
    token_type: "Bearer",
  });
  return (path: string, query: URLSearchParams): string | object | undefined => {
    if (path === "project/project-id") return project;
    if (path === "project/numeric-project-id") return projectNumber;
    if (path === "universe/universe-domain" || path === "universe/universe_domain") return "googleapis.com";
    if (path === "instance/service-accounts") return `default/\n${account}/\n`;
    const [, of, what] = /^instance\/service-accounts\/([^/]+)(?:\/(.+))?$/.exec(path) ?? [];
    if (of !== "default" && of !== account) return undefined;
    if (what === undefined)
      return {
        aliases: ["default"],
        email: account,
        scopes: ["https://www.googleapis.com/auth/cloud-platform"],
      };
    if (what === "email") return account;
    if (what === "token") return token();
    if (what === "identity") return identity.idToken(account, query.get("audience") ?? "");
    return undefined;
  };
}

import { type Route, routeOf } from "../route.js";
import {
  type GcpAnswer,
  GcpError,
  type GcpRequest,
  type GcpService,
  gcpJson,
  jsonBody,
} from "./gcp-exchange.js";
import type { Project } from "./project.js";
import type { Secret, Secrets } from "./secrets.js";

/** Operations by method and what follows `/v1/projects/…/secrets`; groups are the secret and the version. */
const ROUTES: readonly Route[] = [
  ["GET", /^$/, "ListSecrets"],
  ["POST", /^$/, "CreateSecret"],
  ["GET", /^\/([^/:]+)$/, "GetSecret"],
  ["DELETE", /^\/([^/:]+)$/, "DeleteSecret"],
  ["POST", /^\/([^/:]+):addVersion$/, "AddSecretVersion"],
  ["POST", /^\/([^/:]+):setIamPolicy$/, "SetIamPolicy"],
  ["GET", /^\/([^/:]+):getIamPolicy$/, "GetIamPolicy"],
  ["GET", /^\/([^/:]+)\/versions$/, "ListSecretVersions"],
  ["GET", /^\/([^/:]+)\/versions\/([^/:]+)$/, "GetSecretVersion"],
  ["GET", /^\/([^/:]+)\/versions\/([^/:]+):access$/, "AccessSecretVersion"],
  ["POST", /^\/([^/:]+)\/versions\/([^/:]+):destroy$/, "DestroySecretVersion"],
];

interface Input {
  readonly project: string;
  readonly secret: string;
  readonly version: string;
  readonly secretId: string;
  readonly filter: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly replication?: unknown;
  readonly payload?: { readonly data?: string };
  readonly policy?: { readonly bindings?: Secret["bindings"] };
}

/** Secret Manager, version 1. */
export class SecretManager implements GcpService {
  readonly name = "secretmanager";

  constructor(
    private readonly project: Project,
    private readonly secrets: Secrets,
  ) {}

  operationOf(request: GcpRequest) {
    const [, project = "", rest] = /^\/v1\/projects\/([^/]+)\/secrets(.*)$/.exec(request.path) ?? [];
    if (rest === undefined) return undefined;
    const route = routeOf(ROUTES, request.method, rest);
    if (route === undefined) return undefined;
    const [secret = "", version = ""] = route.groups;
    const secretId = request.query.get("secretId") ?? "";
    const filter = request.query.get("filter") ?? "";
    const input = { project, secret, version, secretId, filter, ...jsonBody(request) };
    return { operation: route.operation, input };
  }

  answer(operation: string, input: unknown, { account = "" }: GcpRequest): GcpAnswer {
    const asked = input as Input;
    this.project.check(asked.project);
    if (operation !== "AccessSecretVersion" && account !== this.project.owner)
      throw new GcpError("PERMISSION_DENIED", `Permission 'secretmanager' denied for ${account}.`);
    return gcpJson(this.acts[operation]?.(asked, account) ?? {});
  }

  private readonly acts: Readonly<Record<string, (input: Input, account: string) => unknown>> = {
    ListSecrets: ({ filter }) => {
      const found = [...this.secrets.all].filter(([, secret]) => hasLabel(secret, filter)).map(([id]) => id);
      return { secrets: found.map((id) => this.described(id)), totalSize: found.length };
    },
    CreateSecret: ({ secretId, labels = {}, replication }) => {
      if (!/^[A-Za-z0-9_-]{1,255}$/.test(secretId) || replication === undefined)
        throw new GcpError("INVALID_ARGUMENT", "Secret ID or replication is missing or invalid.");
      if (this.secrets.all.has(secretId))
        throw new GcpError("ALREADY_EXISTS", `Secret [${this.nameOf(secretId)}] already exists.`);
      this.secrets.all.set(secretId, {
        createTime: new Date().toISOString(),
        labels,
        versions: [],
        bindings: [],
      });
      return this.described(secretId);
    },
    GetSecret: ({ secret }) => this.described(secret),
    DeleteSecret: ({ secret }) => {
      this.secrets.get(secret);
      this.secrets.all.delete(secret);
    },
    AddSecretVersion: ({ secret, payload }) => {
      const data = Buffer.from(payload?.data ?? "", "base64");
      if (data.length === 0 || data.length > 65_536)
        throw new GcpError(
          "INVALID_ARGUMENT",
          "The payload of a secret must have between 1 and 65536 bytes.",
        );
      const { versions } = this.secrets.get(secret);
      versions.push({ data, state: "ENABLED", createTime: new Date().toISOString() });
      return this.version(secret, versions.length);
    },
    SetIamPolicy: ({ secret, policy = {} }) => {
      this.secrets.get(secret).bindings = policy.bindings ?? [];
      return { ...policy, etag: "emulator" };
    },
    GetIamPolicy: ({ secret }) => ({
      bindings: this.secrets.get(secret).bindings,
      etag: "emulator",
      version: 1,
    }),
    ListSecretVersions: ({ secret, filter }) => {
      const { versions } = this.secrets.get(secret);
      const wanted = stateOf(filter);
      const numbers = versions
        .flatMap(({ state }, at) => ((wanted ?? state) === state ? [at + 1] : []))
        .reverse();
      return { versions: numbers.map((number) => this.version(secret, number)), totalSize: numbers.length };
    },
    GetSecretVersion: ({ secret, version }) => this.version(secret, this.secrets.number(secret, version)),
    AccessSecretVersion: ({ secret, version }, account) => {
      const data = this.secrets.access(secret, version, account);
      const name = `${this.nameOf(secret)}/versions/${this.secrets.number(secret, version)}`;
      return { name, payload: { data: data.toString("base64") } };
    },
    DestroySecretVersion: ({ secret, version }) => {
      const number = this.secrets.number(secret, version);
      this.secrets.get(secret).versions[number - 1]!.state = "DESTROYED";
      return this.version(secret, number);
    },
  };

  private nameOf(secret: string): string {
    return `projects/${this.project.number}/secrets/${secret}`;
  }

  private described(id: string): unknown {
    const { createTime, labels } = this.secrets.get(id);
    return { name: this.nameOf(id), replication: { automatic: {} }, createTime, labels };
  }

  private version(secret: string, number: number): unknown {
    const { state, createTime } = this.secrets.get(secret).versions[number - 1]!;
    return { name: `${this.nameOf(secret)}/versions/${number}`, createTime, state };
  }
}

/** Whether a secret has the label of a filter. */
function hasLabel({ labels }: Secret, filter: string): boolean {
  const [, key = "", value] = /^labels\.([\w-]+)[=:]"?([\w-]*)"?$/.exec(filter) ?? [];
  if (filter !== "" && value === undefined) throw notEmulated(filter);
  return filter === "" || labels[key] === value;
}

/** The state in a filter of versions. */
function stateOf(filter: string): string | undefined {
  const state = /^state[=:]"?(ENABLED|DISABLED|DESTROYED)"?$/.exec(filter)?.[1];
  if (filter !== "" && state === undefined) throw notEmulated(filter);
  return state;
}

function notEmulated(filter: string): GcpError {
  return new GcpError("UNIMPLEMENTED", `The emulator does not know the filter ${filter}`);
}

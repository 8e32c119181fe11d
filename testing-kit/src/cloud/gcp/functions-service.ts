import { randomBytes, randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { BadPackage, installPackage } from "../process/install-package.js";
import { type Route, routeOf } from "../route.js";
import type { Buckets } from "../storage/buckets.js";
import { type FunctionInput, limitsOf, type Revision } from "./cloud-function.js";
import { type FrontHost, FunctionFront } from "./function-front.js";
import {
  type GcpAnswer,
  GcpError,
  type GcpRequest,
  type GcpService,
  gcpJson,
  jsonBody,
} from "./gcp-exchange.js";
import { CLOUD_FUNCTION_LIMITS, CLOUD_FUNCTION_RUNTIMES } from "./limits.js";
import { Operations } from "./operations.js";
import type { Project } from "./project.js";
import type { Secrets } from "./secrets.js";
import { applyMask } from "./update-mask.js";
import { validateFunction } from "./validate-function.js";

const PARENT = "projects/([^/]+)/locations/([^/]+)";

/** Operations by method and path; the first groups are the project, the region and the name. */
const ROUTES: readonly Route[] = [
  ["POST", new RegExp(`^/v2/${PARENT}/functions:generateUploadUrl$`), "GenerateUploadUrl"],
  ["POST", new RegExp(`^/v2/${PARENT}/functions$`), "CreateFunction"],
  ["GET", new RegExp(`^/v2/${PARENT}/functions$`), "ListFunctions"],
  ["GET", new RegExp(`^/v2/${PARENT}/functions/([^/:]+)$`), "GetFunction"],
  ["PATCH", new RegExp(`^/v2/${PARENT}/functions/([^/:]+)$`), "UpdateFunction"],
  ["DELETE", new RegExp(`^/v2/${PARENT}/functions/([^/:]+)$`), "DeleteFunction"],
  ["GET", new RegExp(`^/v2/${PARENT}/operations/([^/:]+)$`), "GetOperation"],
  ["GET", new RegExp(`^/v2/${PARENT}/operations$`), "ListOperations"],
  ["GET", new RegExp(`^/v2/${PARENT}/runtimes$`), "ListRuntimes"],
];

interface Input {
  readonly project: string;
  readonly region: string;
  readonly id: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Record<string, unknown>;
}

/** A function of the emulator. */
interface Deployed {
  /** As the API writes it. */
  resource: Record<string, unknown> & { state: "DEPLOYING" | "ACTIVE" | "FAILED" };
  input: FunctionInput;
  readonly front: FunctionFront;
  revisions: number;
}

/** Cloud Functions, version 2: functions, their source, and how they are deployed. */
export class FunctionsService implements GcpService {
  readonly name = "cloudfunctions";
  private readonly functions = new Map<string, Deployed>();
  private readonly operations = new Operations();
  private readonly folders: string[] = [];

  constructor(
    private readonly host: FrontHost,
    private readonly project: Project,
    private readonly buckets: Buckets,
    private readonly secrets: Secrets,
    /** Address of the emulator. */
    private readonly origin: () => string,
  ) {}

  operationOf(request: GcpRequest) {
    const route = routeOf(ROUTES, request.method, request.path);
    if (route === undefined) return undefined;
    const [project = "", region = "", id = ""] = route.groups;
    const input: Input = {
      project,
      region,
      id,
      query: Object.fromEntries(request.query),
      body: jsonBody(request),
    };
    return { operation: route.operation, input };
  }

  async answer(operation: string, input: unknown): Promise<GcpAnswer> {
    const asked = input as Input;
    this.project.check(asked.project, asked.region);
    return gcpJson(await this.acts[operation]?.(asked));
  }

  async close(): Promise<void> {
    await Promise.all([...this.functions.values()].map(({ front }) => front.close()));
    await Promise.all(this.folders.map((folder) => rm(folder, { recursive: true, force: true })));
  }

  private readonly acts: Readonly<Record<string, (input: Input) => unknown>> = {
    GenerateUploadUrl: ({ region }) => this.uploadUrl(region),
    CreateFunction: (input) => this.create(input),
    GetFunction: (input) => this.get(input).resource,
    ListFunctions: ({ region, query }) => this.list(region, query),
    UpdateFunction: (input) => this.update(input),
    DeleteFunction: (input) => this.remove(input),
    GetOperation: (input) => {
      const found = this.operations.get(`${this.parent(input.region)}/operations/${input.id}`);
      if (found === undefined) throw new GcpError("NOT_FOUND", `Operation ${input.id} was not found.`);
      return found;
    },
    ListOperations: ({ region }) => ({ operations: this.operations.list(this.parent(region)) }),
    ListRuntimes: () => ({
      runtimes: CLOUD_FUNCTION_RUNTIMES.map((name) => ({ name, stage: "GA", environment: "GEN_2" })),
    }),
  };

  private parent(region: string): string {
    return `projects/${this.project.id}/locations/${region}`;
  }

  private fullName({ region, id }: { readonly region: string; readonly id: string }): string {
    return `${this.parent(region)}/functions/${id}`;
  }

  private get(input: Input): Deployed {
    const name = this.fullName(input);
    const found = this.functions.get(name);
    if (found === undefined) throw new GcpError("NOT_FOUND", `Resource '${name}' was not found`);
    return found;
  }

  private uploadUrl(region: string): unknown {
    const storageSource = {
      bucket: `gcf-v2-uploads-${this.project.number}.${region}`,
      object: `${randomUUID()}.zip`,
    };
    this.buckets.create(storageSource.bucket);
    const signature = randomBytes(16).toString("hex");
    const uploadUrl = `${this.origin()}/${storageSource.bucket}/${storageSource.object}?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-SignedHeaders=content-type%3Bhost&X-Goog-Signature=${signature}`;
    return { uploadUrl, storageSource };
  }

  private async create({ region, query, body }: Input): Promise<unknown> {
    const id = query.functionId ?? "";
    if (!/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/.test(id))
      throw new GcpError(
        "INVALID_ARGUMENT",
        `Function id '${id}' must be lower-case letters, digits and hyphens, begin with a letter, and have at most 63 characters`,
      );
    const name = this.fullName({ region, id });
    const input = body as FunctionInput;
    this.check(input);
    if (this.functions.has(name))
      throw new GcpError("ALREADY_EXISTS", `Could not create Cloud Function ${name}: it already exists.`);
    const front = new FunctionFront(id, this.host);
    const deployed: Deployed = {
      resource: { name, state: "DEPLOYING", environment: "GEN_2", createTime: new Date().toISOString() },
      input,
      front,
      revisions: 0,
    };
    this.functions.set(name, deployed);
    await front.start();
    return this.deploy(deployed, region, "create");
  }

  private update({ query, body, ...input }: Input): unknown {
    const deployed = this.get({ query, body, ...input });
    this.checkUpdatable(deployed);
    const wanted = applyMask(deployed.input, body as FunctionInput, query.updateMask);
    this.check(wanted);
    deployed.input = wanted;
    return this.deploy(deployed, input.region, "update");
  }

  private remove(input: Input): unknown {
    const deployed = this.get(input);
    this.checkUpdatable(deployed);
    const name = this.fullName(input);
    return this.operations.begin(this.parent(input.region), "delete", name, async () => {
      await deployed.front.close();
      this.functions.delete(name);
      return undefined;
    });
  }

  private list(region: string, { pageSize = "100", pageToken = "0" }: Input["query"]): unknown {
    const all = [...this.functions.values()]
      .map(({ resource }) => resource)
      .filter(({ name }) => region === "-" || String(name).startsWith(`${this.parent(region)}/`));
    const to = Number(pageToken) + Number(pageSize);
    return {
      functions: all.slice(Number(pageToken), to),
      ...(to < all.length && { nextPageToken: String(to) }),
    };
  }

  private check(input: FunctionInput): void {
    validateFunction(input);
    const account = input.serviceConfig?.serviceAccountEmail;
    if (account !== undefined && !this.project.hasAccount(account))
      throw new GcpError("INVALID_ARGUMENT", `Service account ${account} does not exist.`);
    const source = input.buildConfig?.source?.storageSource;
    if (source === undefined) throw new GcpError("INVALID_ARGUMENT", "Build source is missing.");
    if (this.buckets.get(source.bucket, source.object) === undefined)
      throw new GcpError(
        "INVALID_ARGUMENT",
        `Failed to retrieve function source code: gs://${source.bucket}/${source.object} does not exist`,
      );
  }

  private checkUpdatable({ resource }: Deployed): void {
    if (resource.state === "DEPLOYING")
      throw new GcpError(
        "ABORTED",
        `Could not update Cloud Function ${resource.name}: unable to queue the operation`,
      );
  }

  /** Builds and starts a revision, as an operation. */
  private deploy(deployed: Deployed, region: string, verb: string): unknown {
    const { resource } = deployed;
    resource.state = "DEPLOYING";
    return this.operations.begin(this.parent(region), verb, String(resource.name), async () => {
      try {
        await sleep(this.host.options.buildMs ?? 100);
        const revision = await this.build(deployed);
        await deployed.front.deploy(revision);
        this.describe(deployed, revision);
        return resource;
      } catch (error) {
        resource.state = "FAILED";
        const message = `Could not ${verb} Cloud Function ${resource.name}: ${(error as Error).message}`;
        resource.stateMessages = [{ severity: "ERROR", type: "CloudRunServiceFailed", message }];
        throw new GcpError("INVALID_ARGUMENT", message);
      }
    });
  }

  private async build(deployed: Deployed): Promise<Revision> {
    const { buildConfig, serviceConfig = {} } = deployed.input;
    const { bucket = "", object = "" } = buildConfig?.source?.storageSource ?? {};
    const zip = this.buckets.get(bucket, object);
    const folder = await installPackage(
      zip?.body ?? Buffer.alloc(0),
      CLOUD_FUNCTION_LIMITS.sourceBytes,
    ).catch((error: Error) => {
      throw error instanceof BadPackage ? new Error(`Build failed: ${error.message}`) : error;
    });
    this.folders.push(folder);
    deployed.revisions += 1;
    const id = String(deployed.resource.name).split("/").at(-1)!;
    const account = serviceConfig.serviceAccountEmail ?? this.project.defaultAccount;
    const { maxInstances = CLOUD_FUNCTION_LIMITS.maxInstances } = this.host.options;
    return {
      name: `${id}-${String(deployed.revisions).padStart(5, "0")}-${randomLetters()}`,
      folder,
      runtime: buildConfig?.runtime ?? "",
      entryPoint: buildConfig?.entryPoint ?? "",
      ...limitsOf(serviceConfig, maxInstances),
      account,
      variables: {
        ...serviceConfig.environmentVariables,
        ...Object.fromEntries(
          (serviceConfig.secretEnvironmentVariables ?? []).map(({ key, secret, version = "latest" }) => [
            key,
            this.secrets.access(secret, version, account).toString("utf8"),
          ]),
        ),
      },
    };
  }

  /** Notes what is served. */
  private describe({ resource, input, front }: Deployed, revision: Revision): void {
    const { region = "" } = /locations\/(?<region>[^/]+)/.exec(String(resource.name))?.groups ?? {};
    const id = String(resource.name).split("/").at(-1);
    Object.assign(resource, {
      ...(input.description !== undefined && { description: input.description }),
      labels: { ...input.labels },
      buildConfig: {
        ...input.buildConfig,
        build: `projects/${this.project.number}/locations/${region}/builds/${randomUUID()}`,
      },
      serviceConfig: {
        ...input.serviceConfig,
        service: `${this.parent(region)}/services/${id}`,
        timeoutSeconds: revision.timeoutSeconds,
        availableMemory: input.serviceConfig?.availableMemory ?? "256M",
        maxInstanceCount: revision.maxInstances,
        maxInstanceRequestConcurrency: revision.concurrency,
        ingressSettings: input.serviceConfig?.ingressSettings ?? "ALLOW_ALL",
        serviceAccountEmail: revision.account,
        allTrafficOnLatestRevision: true,
        revision: revision.name,
        uri: front.uri,
      },
      url: front.uri,
      state: "ACTIVE",
      updateTime: new Date().toISOString(),
    });
    delete resource.stateMessages;
  }
}

function randomLetters(): string {
  return [...randomBytes(3)].map((byte) => "abcdefghijklmnopqrstuvwxyz"[byte % 26]).join("");
}

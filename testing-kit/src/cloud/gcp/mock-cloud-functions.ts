import { generateKeyPairSync } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { withoutBinaries } from "../call-input.js";
import type { CloudCall } from "../cloud-call.js";
import { CloudFaults } from "../cloud-faults.js";
import { CloudLog } from "../cloud-log.js";
import { EmulatorServer } from "../emulator-server.js";
import { forwardingHandlers } from "../msw-forward.js";
import { ProcessReaper } from "../process/process-reaper.js";
import { Buckets } from "../storage/buckets.js";
import { type CloudFunctionCounters, noCloudFunctionCounts } from "./cloud-function-counters.js";
import { FunctionsService } from "./functions-service.js";
import {
  GcpError,
  type GcpService,
  type GcpStatus,
  gcpFailure,
  readGcpRequest,
  writeGcpAnswer,
} from "./gcp-exchange.js";
import { claimsOf, Identity } from "./identity.js";
import { MetadataServer } from "./metadata.js";
import type { MockCloudFunctionsOptions } from "./mock-cloud-functions-options.js";
import { Project } from "./project.js";
import { SecretManager } from "./secret-manager.js";
import { Secrets } from "./secrets.js";
import { StorageService } from "./storage-service.js";
import { TokenService } from "./token-service.js";

/** A running emulator of Cloud Functions. */
export interface MockCloudFunctions extends AsyncDisposable {
  /** Where Google's clients find every API of it. */
  readonly endpoint: string;
  /** Options for Google's clients that speak REST: `new FunctionServiceClient(mock.clientOptions)`. */
  readonly clientOptions: {
    readonly fallback: true;
    readonly apiEndpoint: string;
    readonly port: number;
    readonly protocol: "http";
    readonly projectId: string;
    readonly credentials: { readonly client_email: string; readonly private_key: string };
  };
  /** Variables with which Google's clients of any language find credentials and ID tokens. */
  readonly env: Readonly<Record<string, string>>;
  /** Every call so far, in order of arrival; invocations of functions are not among them. */
  readonly calls: readonly CloudCall[];
  readonly counters: Readonly<CloudFunctionCounters>;
  /** What is to go wrong. */
  readonly faults: CloudFaults;
  /** What a function has logged, all instances together. */
  logs(functionName: string): string;
  /** An ID token of the deployer, for the address of a function. */
  idToken(audience: string): string;
  /** Request handlers for msw that pass on what is sent to Google's own addresses, key exchange included. */
  mswHandlers(): Promise<unknown[]>;
  /** Ends it, and every process that it started. */
  dispose(): Promise<void>;
}

/**
 * Starts an emulator of Google Cloud Functions (2nd generation) on this machine, with as much of Secret Manager, Cloud
 * Storage and the metadata server as functions and those who deploy them need. Functions run under the Functions
 * Framework, as real processes.
 *
 * @example
 * await using functions = await mockCloudFunctions({ project: "my-project" });
 * const client = new FunctionServiceClient(functions.clientOptions);
 */
export async function mockCloudFunctions(
  options: MockCloudFunctionsOptions = {},
): Promise<MockCloudFunctions> {
  const emulator = new CloudFunctionsEmulator(options);
  await emulator.start();
  return emulator;
}

class CloudFunctionsEmulator implements MockCloudFunctions {
  readonly calls: CloudCall[] = [];
  readonly counters = noCloudFunctionCounts();
  readonly faults = new CloudFaults();
  private readonly project: Project;
  private readonly identity = new Identity();
  private readonly reaper = new ProcessReaper();
  private readonly log = new CloudLog();
  private readonly functions: FunctionsService;
  private readonly services: readonly GcpService[];
  private readonly server = new EmulatorServer((request, response) => this.serve(request, response));
  private readonly metadata = new Map<string, Promise<MetadataServer>>();
  private readonly key = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;
  private ownMetadata: MetadataServer | undefined;
  private disposed: Promise<void> | undefined;

  constructor(private readonly options: MockCloudFunctionsOptions) {
    this.project = new Project(options);
    const buckets = new Buckets();
    const secrets = new Secrets(this.project);
    const origin = () => this.endpoint;
    const host = {
      options,
      reaper: this.reaper,
      identity: this.identity,
      faults: this.faults,
      counters: this.counters,
      log: (fn: string, instance: string, text: string) => this.log.write(fn, instance, text),
      serviceVariables: (account: string) => this.serviceVariables(account),
    };
    this.functions = new FunctionsService(host, this.project, buckets, secrets, origin);
    this.services = [
      this.functions,
      new SecretManager(this.project, secrets),
      new TokenService(this.identity),
      // The last one, since it takes uploads to any path.
      new StorageService(this.project, buckets, origin),
    ];
  }

  async start(): Promise<void> {
    await this.server.start(this.options.port);
    this.ownMetadata = await this.metadataOf(this.project.owner);
  }

  get endpoint(): string {
    return this.server.origin;
  }

  get clientOptions(): MockCloudFunctions["clientOptions"] {
    return {
      fallback: true,
      apiEndpoint: "127.0.0.1",
      port: this.server.port,
      protocol: "http",
      projectId: this.project.id,
      credentials: { client_email: this.project.owner, private_key: this.key },
    };
  }

  get env(): Readonly<Record<string, string>> {
    return { GOOGLE_CLOUD_PROJECT: this.project.id, ...this.variables(this.ownMetadata?.host ?? "") };
  }

  logs(functionName: string): string {
    return this.log.text(functionName);
  }

  idToken(audience: string): string {
    return this.identity.idToken(this.project.owner, audience);
  }

  mswHandlers(): Promise<unknown[]> {
    return forwardingHandlers(
      ["https://*.googleapis.com/*", "http://metadata.google.internal/*"],
      ({ hostname, pathname, search }) =>
        hostname === "metadata.google.internal"
          ? `http://${this.ownMetadata?.host}${pathname}${search}`
          : this.endpoint + pathname + search,
    );
  }

  dispose(): Promise<void> {
    this.disposed ??= (async () => {
      await this.functions.close();
      const machines = await Promise.all(this.metadata.values());
      await Promise.all([this.server.close(), ...machines.map((machine) => machine.close())]);
      await this.reaper.close();
    })();
    return this.disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  /** The way of Google's clients to the emulated services; the last one is Dativo's own. */
  private variables(metadataHost: string): Record<string, string> {
    return {
      GCE_METADATA_HOST: metadataHost,
      METADATA_SERVER_DETECTION: "assume-present",
      // Credentials of whoever runs the test must not be found first.
      CLOUDSDK_CONFIG: "/nonexistent",
      DATIVO_GCP_ENDPOINT: this.endpoint,
    };
  }

  private async serviceVariables(account: string): Promise<Record<string, string>> {
    return this.variables((await this.metadataOf(account)).host);
  }

  private metadataOf(account: string): Promise<MetadataServer> {
    let found = this.metadata.get(account);
    if (found === undefined) {
      const server = new MetadataServer(this.identity, this.project.id, this.project.number, account);
      found = server.start().then(() => server);
      this.metadata.set(account, found);
    }
    return found;
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    let call: CloudCall | undefined;
    try {
      const request = await readGcpRequest(incoming, (token) => this.accountOf(token));
      for (const service of this.services) {
        const found = service.operationOf(request);
        if (found === undefined) continue;
        call = {
          service: service.name,
          operation: found.operation,
          input: withoutBinaries(found.input),
          status: 0,
        };
        this.calls.push(call);
        const fault = this.faults.forOperation(found.operation);
        if (fault !== undefined) throw new GcpError(fault.code as GcpStatus, fault.message, fault.status);
        if (request.account === undefined && found.operation !== "PutSigned" && service.name !== "oauth2")
          throw new GcpError("UNAUTHENTICATED", "Request is missing required authentication credential.");
        const answer = await service.answer(found.operation, found.input, request);
        call.status = answer.status;
        return writeGcpAnswer(answer, response);
      }
      throw new GcpError("UNIMPLEMENTED", `The emulator does not know ${request.method} ${request.path}`);
    } catch (error) {
      if (!(error instanceof GcpError)) throw error;
      if (call !== undefined) Object.assign(call, { status: error.http, error: error.status });
      writeGcpAnswer(gcpFailure(error), response);
    }
  }

  /** Whose token it is: one of the emulator's, or one that a client made itself with the key of an account. */
  private accountOf(token: string): string | undefined {
    const issued = this.identity.accountOf(token);
    if (issued !== undefined || token.split(".").length !== 3) return issued;
    const { iss } = claimsOf(token);
    return typeof iss === "string" && this.project.hasAccount(iss) ? iss : undefined;
  }
}

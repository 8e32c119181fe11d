import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { AwsError } from "../aws/aws-error.js";
import {
  type AwsPermission,
  type AwsRequest,
  type AwsService,
  readAwsRequest,
  writeAwsAnswer,
} from "../aws/aws-exchange.js";
import { CloudWatchLogs } from "../aws/cloudwatch-logs.js";
import { Iam } from "../aws/iam.js";
import { LAMBDA_TRUST, Roles } from "../aws/roles.js";
import { S3 } from "../aws/s3.js";
import { SecretsManager } from "../aws/secrets-manager.js";
import { Sts } from "../aws/sts.js";
import { withoutBinaries } from "../call-input.js";
import type { CloudCall } from "../cloud-call.js";
import { CloudFaults } from "../cloud-faults.js";
import { CloudLog } from "../cloud-log.js";
import { EmulatorServer } from "../emulator-server.js";
import { forwardingHandlers } from "../msw-forward.js";
import { ProcessReaper } from "../process/process-reaper.js";
import { Buckets } from "../storage/buckets.js";
import type { EnvironmentHost } from "./environment.js";
import { Invoker } from "./invoker.js";
import { type LambdaCounters, noLambdaCounts } from "./lambda-counters.js";
import { LambdaService } from "./lambda-service.js";
import type { MockLambdaOptions } from "./mock-lambda-options.js";

/** A running Lambda emulator. */
export interface MockLambda extends AsyncDisposable {
  /** Where the AWS SDKs find every service of it: their `endpoint`, or `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  /** Variables with which the AWS SDKs of any language use it. */
  readonly env: Readonly<Record<string, string>>;
  /** Every call so far, in order of arrival. */
  readonly calls: readonly CloudCall[];
  readonly counters: Readonly<LambdaCounters>;
  /** What is to go wrong. */
  readonly faults: CloudFaults;
  /** What a function has logged, all environments together. */
  logs(functionName: string): string;
  /** Request handlers for msw that pass on what is sent to the addresses of AWS. */
  mswHandlers(): Promise<unknown[]>;
  /** Ends it, and every process that it started. */
  dispose(): Promise<void>;
}

/**
 * Starts an emulator of AWS Lambda on this machine, with as much of IAM, STS, Secrets Manager, CloudWatch Logs and S3
 * as functions and those who deploy them need. Functions run as real processes.
 *
 * @example
 * await using lambda = await mockLambda();
 * const client = new LambdaClient({ endpoint: lambda.endpoint, region: "us-east-1", credentials });
 */
export async function mockLambda(options: MockLambdaOptions = {}): Promise<MockLambda> {
  const emulator = new LambdaEmulator(options);
  await emulator.start();
  return emulator;
}

class LambdaEmulator implements MockLambda {
  readonly calls: CloudCall[] = [];
  readonly counters = noLambdaCounts();
  readonly faults = new CloudFaults();
  private readonly roles: Roles;
  private readonly lambda: LambdaService;
  private readonly services: Readonly<Record<string, AwsService>>;
  private readonly server = new EmulatorServer((request, response) => this.serve(request, response));
  private readonly reaper = new ProcessReaper();
  private readonly log = new CloudLog();
  private disposed: Promise<void> | undefined;

  constructor(private readonly options: MockLambdaOptions) {
    const { region = "us-east-1", accountId = "123456789012" } = options;
    this.roles = new Roles(accountId, options.rolePropagationMs ?? 0);
    for (const [name, grants] of Object.entries(options.roles ?? {}))
      this.roles.create(name, LAMBDA_TRUST, { createdAt: 0 }).inline.set("granted", {
        Statement: grants.map(({ action, resource = "*" }) => ({
          Effect: "Allow",
          Action: action,
          Resource: resource,
        })),
      });
    const emulator = this;
    const host: EnvironmentHost = {
      options,
      reaper: this.reaper,
      get origin() {
        return emulator.endpoint;
      },
      credentials: (role) => this.roles.credentials(role),
      log: ({ configuration }, stream, text) =>
        this.log.write(configuration.LoggingConfig.LogGroup, stream, text),
    };
    const invoker = new Invoker(host, this.faults, this.counters);
    const buckets = new Buckets();
    this.lambda = new LambdaService(
      options,
      this.roles,
      invoker,
      (bucket, key) => buckets.get(bucket, key)?.body,
    );
    this.services = {
      lambda: this.lambda,
      iam: new Iam(this.roles),
      sts: new Sts(this.roles),
      secretsmanager: new SecretsManager(region, accountId),
      logs: new CloudWatchLogs(region, accountId, this.log),
      s3: new S3(region, buckets),
    };
  }

  async start(): Promise<void> {
    await this.server.start(this.options.port);
  }

  get endpoint(): string {
    return this.server.origin;
  }

  get env(): Readonly<Record<string, string>> {
    const region = this.options.region ?? "us-east-1";
    return {
      AWS_ENDPOINT_URL: this.endpoint,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: "AKIAEMULATOR",
      AWS_SECRET_ACCESS_KEY: "emulator",
    };
  }

  logs(functionName: string): string {
    return this.log.text(`/aws/lambda/${functionName}`);
  }

  mswHandlers(): Promise<unknown[]> {
    return forwardingHandlers(["https://*.amazonaws.com/*"], ({ hostname, pathname, search }) => {
      // Buckets are named by the host; the emulator has them in the path.
      const bucket = /^(.+)\.s3\./.exec(hostname)?.[1];
      return `${this.endpoint}${bucket === undefined ? "" : `/${bucket}`}${pathname}${search}`;
    });
  }

  dispose(): Promise<void> {
    this.disposed ??= (async () => {
      await this.lambda.close();
      await Promise.all([this.server.close(), this.reaper.close()]);
    })();
    return this.disposed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    let service: AwsService = this.lambda;
    let call: CloudCall | undefined;
    try {
      const request = await readAwsRequest(incoming);
      const found = this.services[request.service];
      if (found === undefined)
        throw new AwsError(501, "NotEmulated", `The emulator has no service ${request.service}`);
      service = found;
      const { operation, input } = service.operationOf(request);
      call = { service: request.service, operation, input: withoutBinaries(input), status: 0 };
      this.calls.push(call);
      const fault = this.faults.forOperation(operation);
      if (fault !== undefined) throw new AwsError(fault.status, fault.code, fault.message);
      this.authorise(request, service.permission(operation, input));
      const answer = await service.answer(operation, input, request, requestId);
      call.status = "status" in answer ? answer.status : 200;
      await writeAwsAnswer(answer, requestId, response);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (call !== undefined) Object.assign(call, { status: error.status, error: error.code });
      await writeAwsAnswer(service.failure(error, requestId), requestId, response);
    }
  }

  /** Refuses what the role of a function may not do; whoever uses other credentials may do everything. */
  private authorise({ accessKeyId, service }: AwsRequest, permission: AwsPermission | undefined): void {
    const role = this.roles.ofAccessKey(accessKeyId);
    if (role === undefined || permission === undefined) return;
    const { action, resource } = permission;
    if (this.roles.allows(role, action, resource)) return;
    throw new AwsError(
      service === "s3" ? 403 : 400,
      ["s3", "iam", "sts"].includes(service) ? "AccessDenied" : "AccessDeniedException",
      `${role} is not authorized to perform: ${action} on resource: ${resource}`,
    );
  }
}

import { FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  type FunctionCode,
  type FunctionConfiguration,
  GetFunctionCommand,
  ListTagsCommand,
  paginateListFunctions,
  TagResourceCommand,
} from "@aws-sdk/client-lambda";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand } from "@aws-sdk/client-sts";
import type { AwsExecution } from "@dativo/protocol";
import { LAMBDA_DIRECT_BYTES } from "../../package/check-size.js";
import type { FunctionPackage } from "../../package/function-package.js";
import type { CloudProvider, FunctionLogLine, FunctionSummary } from "../cloud-provider.js";
import type { DeployedFunction, FunctionRequest } from "../function-deployer.js";
import { functionIdentity } from "../function-identity.js";
import { today } from "../today.js";
import { type AwsClients, awsClients } from "./aws-clients.js";
import { removeAwsFunctions } from "./aws-collect.js";
import { creationOnly, functionConfiguration } from "./aws-configuration.js";
import { awsError, awsErrorName } from "./aws-errors.js";
import { ensureFunction } from "./aws-function.js";
import { ensureRole, ROLE_PATH } from "./aws-role.js";
import { awsSecretReferences, secretsPath, storeAwsSecrets } from "./aws-secrets.js";
import { AWS_TAGS } from "./aws-tags.js";
import { awsTransport } from "./aws-transport.js";

/** Who deploys, and where. */
interface Account {
  readonly id: string;
  readonly partition: string;
  readonly region: string;
}

/** AWS Lambda in one region, with the credentials that the AWS tools find. */
export class AwsProvider implements CloudProvider {
  readonly name = "aws";
  private readonly clients: AwsClients;
  private known: Promise<Account> | undefined;

  constructor(private readonly region: string | undefined) {
    this.clients = awsClients(region);
  }

  get place(): string {
    return `AWS Lambda ${this.region ?? process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? ""}`.trim();
  }

  async ensure(
    request: FunctionRequest,
    packaged: FunctionPackage,
    { signal, onProgress = () => {} }: Parameters<CloudProvider["ensure"]>[2],
  ): Promise<DeployedFunction> {
    const execution = request.execution as AwsExecution;
    const { name, scope } = functionIdentity(request, packaged);
    const { clients } = this;
    return await this.told(`Deploying ${name}`, signal, async () => {
      const secretReferences = await awsSecretReferences(clients, execution.secrets, signal);
      const { arn, outcome, tags } = await ensureFunction(
        clients,
        {
          name,
          codeSha256: Buffer.from(packaged.sha256, "hex").toString("base64"),
          configuration: async (presentRole) =>
            functionConfiguration(
              request,
              execution,
              packaged,
              execution.aws.roleArn ??
                (await this.role(scope, presentRole, request, secretReferences, signal)),
            ),
          creation: creationOnly(execution),
          tags: { ...tagsOf(scope, request), [AWS_TAGS.used]: today() },
          maxConcurrency: execution.maxConcurrency,
          code: () => this.code(packaged, execution, onProgress, signal),
        },
        signal,
        onProgress,
      );
      if (tags !== undefined && tags[AWS_TAGS.used] !== today())
        await clients.lambda.send(
          new TagResourceCommand({ Resource: arn, Tags: { [AWS_TAGS.used]: today() } }),
          { abortSignal: signal },
        );
      return {
        name,
        resource: arn,
        outcome,
        transport: awsTransport(clients.invoker, name, execution.timeoutSeconds),
        secretReferences,
        storeSecrets: (values, during) =>
          this.told(`Storing secrets of ${name}`, during, () =>
            storeAwsSecrets(clients, scope, values, keyed(tagsOf(scope, request)), during),
          ),
      };
    });
  }

  async find(name: string, signal: AbortSignal): Promise<FunctionSummary | undefined> {
    return await this.told(`Looking for ${name}`, signal, async () => {
      try {
        const found = await this.clients.lambda.send(new GetFunctionCommand({ FunctionName: name }), {
          abortSignal: signal,
        });
        return summary(found.Configuration ?? {}, found.Tags ?? {});
      } catch (thrown) {
        if (awsErrorName(thrown) === "ResourceNotFoundException") return undefined;
        throw thrown;
      }
    });
  }

  async list(signal: AbortSignal): Promise<readonly FunctionSummary[]> {
    return await this.told("Listing functions", signal, async () => {
      const { lambda } = this.clients;
      const found: FunctionSummary[] = [];
      for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {}))
        for (const configuration of Functions) {
          signal.throwIfAborted();
          if (!/^dativo-[0-9a-f]{16}$/.test(configuration.FunctionName ?? "")) continue;
          const { Tags = {} } = await lambda.send(
            new ListTagsCommand({ Resource: configuration.FunctionArn }),
            { abortSignal: signal },
          );
          // Listing tells no state; what was tagged by nobody of ours is not ours.
          if (Tags[AWS_TAGS.scope] !== undefined) found.push(summary(configuration, Tags));
        }
      return found;
    });
  }

  async remove(functions: readonly FunctionSummary[], signal: AbortSignal) {
    return await this.told("Removing functions", signal, async () =>
      removeAwsFunctions(this.clients, functions, await this.list(signal), signal),
    );
  }

  async *logs(name: string, since: Date, signal: AbortSignal): AsyncGenerator<FunctionLogLine> {
    let nextToken: string | undefined;
    do {
      const page = await this.told(`Reading the log of ${name}`, signal, async () => {
        try {
          return await this.clients.logs.send(
            new FilterLogEventsCommand({
              logGroupName: `/aws/lambda/${name}`,
              startTime: since.getTime(),
              nextToken,
            }),
            { abortSignal: signal },
          );
        } catch (thrown) {
          // There is no log before the first invocation.
          if (awsErrorName(thrown) === "ResourceNotFoundException") return undefined;
          throw thrown;
        }
      });
      for (const { timestamp = 0, message = "" } of page?.events ?? [])
        yield { time: new Date(timestamp), text: message.trimEnd() };
      nextToken = page?.nextToken;
    } while (nextToken !== undefined);
  }

  /** The role that this job's functions run under when the job names none; made unless it is the present one. */
  private async role(
    scope: string,
    present: string | undefined,
    request: FunctionRequest,
    named: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const name = `dativo-${scope}`;
    if (present?.endsWith(`:role${ROLE_PATH}${name}`)) return present;
    const { id, partition, region } = await this.account(signal);
    return await ensureRole(this.clients, {
      name,
      execution: request.execution as AwsExecution,
      partition,
      secrets: [
        `arn:${partition}:secretsmanager:${region}:${id}:secret:${secretsPath(scope)}*`,
        ...Object.values(named).map((reference) => reference.replace(/#.*$/, "")),
      ],
      tags: keyed(tagsOf(scope, request)),
      signal,
    });
  }

  private account(signal: AbortSignal): Promise<Account> {
    this.known ??= (async () => {
      const identity = await this.clients.sts.send(new GetCallerIdentityCommand({}), {
        abortSignal: signal,
      });
      const [, partition = "aws"] = (identity.Arn ?? "").split(":");
      return {
        id: identity.Account ?? "",
        partition,
        region: String(await this.clients.lambda.config.region()),
      };
    })();
    this.known.catch(() => {
      this.known = undefined;
    });
    return this.known;
  }

  /** The archive itself, or where it was put when it is too large for a call. */
  private async code(
    { zip, sha256 }: FunctionPackage,
    { staging }: AwsExecution,
    onProgress: (step: string) => void,
    signal: AbortSignal,
  ): Promise<FunctionCode> {
    onProgress(`uploading ${(zip.length / 1_048_576).toFixed(1)} MB`);
    if (zip.length <= LAMBDA_DIRECT_BYTES || staging === undefined) return { ZipFile: zip };
    const { hostname: bucket, pathname } = new URL(staging);
    const key = `${pathname.replace(/^\/|\/$/g, "")}/packages/${sha256}.zip`.replace(/^\//, "");
    await this.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: zip }), {
      abortSignal: signal,
    });
    return { S3Bucket: bucket, S3Key: key };
  }

  private async told<T>(doing: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (thrown) {
      throw awsError(thrown, doing, signal);
    }
  }
}

function tagsOf(scope: string, { jobKey }: FunctionRequest): Record<string, string> {
  // Tags take fewer characters than names of jobs.
  return {
    [AWS_TAGS.scope]: scope,
    [AWS_TAGS.job]: jobKey.replace(/[^\p{L}\p{N} _.:/=+@-]/gu, "_").slice(0, 256),
  };
}

function keyed(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

function summary(
  configuration: FunctionConfiguration,
  tags: Readonly<Record<string, string>>,
): FunctionSummary {
  const { FunctionName, FunctionArn, State, LastUpdateStatus, LastModified = "" } = configuration;
  const changedAt = new Date(LastModified.replace(/\+0000$/, "Z"));
  const usedAt = new Date(tags[AWS_TAGS.used] ?? Number.NaN);
  return {
    name: FunctionName ?? "",
    resource: FunctionArn ?? "",
    job: tags[AWS_TAGS.job] ?? "",
    scope: tags[AWS_TAGS.scope] ?? "",
    state:
      State === "Pending" || LastUpdateStatus === "InProgress"
        ? "deploying"
        : State === "Failed"
          ? "failed"
          : State === "Inactive"
            ? "inactive"
            : "active",
    runtime: configuration.Runtime ?? "",
    memoryMb: configuration.MemorySize ?? 0,
    timeoutSeconds: configuration.Timeout ?? 0,
    changedAt,
    usedAt: Number.isNaN(usedAt.getTime()) ? changedAt : usedAt,
  };
}

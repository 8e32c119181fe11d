import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  type FunctionCode,
  GetFunctionCommand,
  type GetFunctionCommandOutput,
  PutFunctionConcurrencyCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { DativoError } from "@dativo/protocol";
import { type Patience, patiently } from "../waiting.js";
import type { AwsClients } from "./aws-clients.js";
import { type creationOnly, type functionConfiguration, isConfigured } from "./aws-configuration.js";
import { awsErrorName } from "./aws-errors.js";

/** A function as it should be. */
export interface WantedFunction {
  readonly name: string;
  /** SHA-256 of the archive, base64 as AWS says it. */
  readonly codeSha256: string;
  /** Configuration with the function's role, which is only made when the present one is not it. */
  readonly configuration: (presentRole?: string) => Promise<ReturnType<typeof functionConfiguration>>;
  /** Whether the role is made for the function, or was given. */
  readonly role: "own" | "given";
  /** What goes along with creating it, such as its processor. */
  readonly creation: ReturnType<typeof creationOnly>;
  readonly tags: Readonly<Record<string, string>>;
  readonly maxConcurrency: number | undefined;
  /** The archive, or where in a bucket it was put. */
  readonly code: () => Promise<FunctionCode>;
}

/** How a function was found or made. */
export interface EnsuredFunction {
  readonly arn: string;
  readonly outcome: "created" | "updated" | "reused";
  /** Tags as they were before; absent when it was created. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A role that was just made takes some seconds until Lambda may assume it; another one was there before. */
const ROLE_PATIENCE = {
  own: { firstDelayMs: 1000, maxDelayMs: 16_000, totalMs: 90_000 },
  given: { firstDelayMs: 1000, maxDelayMs: 2000, totalMs: 5000 },
} satisfies Record<string, Patience>;
/** Another deployer, or AWS itself, is changing the function. */
const CONFLICT_PATIENCE: Patience = { firstDelayMs: 500, maxDelayMs: 8000, totalMs: 180_000 };
/** Seconds; a small function is ready within one. */
const WAITER = { minDelay: 0.25, maxDelay: 5, maxWaitTime: 300 } as const;

/** Sees to it that a function is there as it should be, whoever else is doing the same. */
export async function ensureFunction(
  { lambda }: Pick<AwsClients, "lambda">,
  wanted: WantedFunction,
  signal: AbortSignal,
  onProgress: (step: string) => void,
): Promise<EnsuredFunction> {
  const { name } = wanted;
  const abort = { abortSignal: signal };
  const found = await get();
  if (found !== undefined) return await kept(found);
  onProgress(`creating ${name}`);
  const code = await wanted.code();
  const configuration = await wanted.configuration();
  try {
    await patiently(
      () =>
        lambda.send(
          new CreateFunctionCommand({
            FunctionName: name,
            ...configuration,
            ...wanted.creation,
            Code: code,
            Tags: { ...wanted.tags },
          }),
          abort,
        ),
      isRoleNotReady,
      ROLE_PATIENCE[wanted.role],
      signal,
    );
  } catch (thrown) {
    // Another deployer was first; it deploys the same.
    const other = awsErrorName(thrown) === "ResourceConflictException" ? await get() : undefined;
    if (other === undefined) throw thrown;
    return await kept(other);
  }
  onProgress(`waiting for ${name}`);
  await active();
  await bound(undefined);
  return { arn: (await get())?.Configuration?.FunctionArn ?? name, outcome: "created" };

  async function get(): Promise<GetFunctionCommandOutput | undefined> {
    try {
      return await lambda.send(new GetFunctionCommand({ FunctionName: name }), abort);
    } catch (thrown) {
      if (awsErrorName(thrown) === "ResourceNotFoundException") return undefined;
      throw thrown;
    }
  }

  /** The function that is there, made what it should be. */
  async function kept(before: GetFunctionCommandOutput): Promise<EnsuredFunction> {
    let now = before;
    if (now.Configuration?.State === "Failed") {
      // What AWS could not set up stays failed; nothing runs in it.
      onProgress(`removing ${name}, which failed: ${now.Configuration.StateReason ?? ""}`);
      await lambda.send(new DeleteFunctionCommand({ FunctionName: name }), abort);
      return await ensureFunction({ lambda }, wanted, signal, onProgress);
    }
    if (now.Configuration?.State === "Pending") {
      onProgress(`waiting for ${name}`);
      await active();
      now = (await get()) ?? now;
    }
    if (now.Configuration?.LastUpdateStatus === "InProgress") {
      await updated();
      now = (await get()) ?? now;
    }
    const arn = now.Configuration?.FunctionArn ?? name;
    const codeChanged = now.Configuration?.CodeSha256 !== wanted.codeSha256;
    if (codeChanged) {
      onProgress(`uploading the code of ${name} again`);
      const { S3Bucket, S3Key, ZipFile } = await wanted.code();
      await changed(() =>
        lambda.send(new UpdateFunctionCodeCommand({ FunctionName: name, S3Bucket, S3Key, ZipFile }), abort),
      );
    }
    const configuration = await wanted.configuration(now.Configuration?.Role);
    const configurationChanged = !isConfigured(now.Configuration ?? {}, configuration);
    if (configurationChanged) {
      onProgress(`configuring ${name} again`);
      await changed(() =>
        lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, ...configuration }), abort),
      );
    }
    const boundChanged = await bound(now.Concurrency?.ReservedConcurrentExecutions);
    const outcome = codeChanged || configurationChanged || boundChanged ? "updated" : "reused";
    return { arn, outcome, tags: now.Tags ?? {} };
  }

  /** Makes a change once nobody else is making one, and waits until it holds. */
  async function changed(change: () => Promise<unknown>): Promise<void> {
    await patiently(
      change,
      (thrown) => awsErrorName(thrown) === "ResourceConflictException" || isRoleNotReady(thrown),
      CONFLICT_PATIENCE,
      signal,
    );
    await updated();
  }

  /** Reserves as many invocations at a time as the job asks for; says whether that was a change. */
  async function bound(present: number | undefined): Promise<boolean> {
    const { maxConcurrency } = wanted;
    if (maxConcurrency === present) return false;
    onProgress(`bounding ${name} to ${maxConcurrency ?? "no number of"} invocations at a time`);
    const of = { FunctionName: name };
    await patiently(
      async () => {
        if (maxConcurrency === undefined) await lambda.send(new DeleteFunctionConcurrencyCommand(of), abort);
        else
          await lambda.send(
            new PutFunctionConcurrencyCommand({ ...of, ReservedConcurrentExecutions: maxConcurrency }),
            abort,
          );
      },
      (thrown) => awsErrorName(thrown) === "ResourceConflictException",
      CONFLICT_PATIENCE,
      signal,
    );
    return true;
  }

  async function active(): Promise<void> {
    await waited(waitUntilFunctionActiveV2);
  }

  async function updated(): Promise<void> {
    await waited(waitUntilFunctionUpdatedV2);
  }

  async function waited(waiter: typeof waitUntilFunctionActiveV2): Promise<void> {
    try {
      await waiter({ client: lambda, ...WAITER, abortSignal: signal }, { FunctionName: name });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const state = (await get())?.Configuration;
      const reason = state?.StateReason ?? state?.LastUpdateStatusReason;
      throw new DativoError({
        code: "CLOUD_DEPLOY_FAILED",
        message: `AWS Lambda did not get ${name} ready: ${reason ?? (thrown as Error).message}`,
        details: { function: name, state: state?.State, last_update: state?.LastUpdateStatus },
        cause: thrown,
      });
    }
  }
}

/** What Lambda says of a role that IAM has made but not yet told it of. */
function isRoleNotReady(thrown: unknown): boolean {
  return (
    awsErrorName(thrown) === "InvalidParameterValueException" &&
    /cannot be assumed by Lambda|does not have permissions to call (?:CreateNetworkInterface|ec2:)/.test(
      (thrown as Error).message,
    )
  );
}

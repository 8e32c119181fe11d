import {
  GetFunctionCommand,
  LambdaClient,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { cloudProvider, collectFunctions, createDeployer, type FunctionRequest } from "@dativo/cloud";
import { FRAME, FrameDecoder } from "@dativo/protocol";
import { type MockLambda, mockLambda } from "@dativo/testing-kit";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { awsRequest, checkFrames, READER, useEnvironment } from "./deploy-request.js";

let lambda: MockLambda;
let client: LambdaClient;
beforeAll(async () => {
  lambda = await mockLambda({
    rolePropagationMs: 500,
    roles: { "lambda-role": [{ action: "ec2:*" }], "no-network": [] },
    network: { securityGroups: ["sg-xxx"], subnets: ["subnet-xxx"] },
  });
  useEnvironment(lambda.env);
  client = new LambdaClient({});
});
afterAll(() => lambda.dispose());

const ROLE = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const NETWORK = { securityGroups: ["sg-xxx"], subnets: ["subnet-xxx"] };
const { signal } = new AbortController();
const deploy = createDeployer();
const deployed = (request: FunctionRequest) => deploy(request, { signal });
const found = async (name: string) => await client.send(new GetFunctionCommand({ FunctionName: name }));

/** Operations that were called while something was done. */
async function operations(work: () => Promise<unknown>): Promise<string[]> {
  const before = lambda.calls.length;
  await work();
  return lambda.calls.slice(before).map(({ operation }) => operation);
}

async function answers(stream: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const decoder = new FrameDecoder();
  const values: unknown[] = [];
  for await (const chunk of stream)
    for (const frame of decoder.push(chunk)) {
      if (frame.type === FRAME.result) values.push(frame.header.value);
      if (frame.type === FRAME.error) values.push(frame.header.error);
    }
  return values;
}

describe("a function of AWS Lambda", () => {
  it("has every setting of the guide's job", async () => {
    const { name, outcome } = await deployed(
      awsRequest({
        jobKey: "acme/prod/numbers",
        shared: { memoryMb: 768, timeoutSeconds: 77, environmentVariables: { LOG_LEVEL: "INFO" } },
        aws: {
          ...NETWORK,
          roleArn: ROLE("lambda-role"),
        },
      }),
    );
    expect(outcome).toBe("created");
    const { Configuration, Tags } = await found(name);
    expect(Configuration).toMatchObject({
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      MemorySize: 768,
      Timeout: 77,
      Role: ROLE("lambda-role"),
      Architectures: ["x86_64"],
      VpcConfig: { SecurityGroupIds: ["sg-xxx"], SubnetIds: ["subnet-xxx"] },
      Environment: { Variables: { LOG_LEVEL: "INFO", DATIVO_JOB: "acme/prod/numbers" } },
    });
    expect(Tags).toMatchObject({ "dativo:job": "acme/prod/numbers", "dativo:scope": expect.any(String) });
  });

  it("gets a role of its own when the job names none, however long that takes to be known", async () => {
    const request = awsRequest({ jobKey: "-/-/own-role" });
    let name = "";
    const called = await operations(async () => {
      ({ name } = await deployed(request));
    });
    expect(called.slice(0, 5)).toEqual([
      "GetFunction",
      "GetCallerIdentity",
      "CreateRole",
      "AttachRolePolicy",
      "PutRolePolicy",
    ]);
    // Lambda refuses the role until it has heard of it.
    expect(called.filter((operation) => operation === "CreateFunction").length).toBeGreaterThan(1);
    expect((await found(name)).Configuration?.Role).toMatch(/:role\/dativo\/dativo-[0-9a-f]{12}$/);
  });

  it("is deployed once: the second time asks for it, and changes nothing", async () => {
    const request = awsRequest({ jobKey: "-/-/twice" });
    const first = await deployed(request);
    let second = first;
    expect(
      await operations(async () => {
        second = await deployed(request);
      }),
    ).toEqual(["GetFunction"]);
    expect(second).toMatchObject({ name: first.name, resource: first.resource, outcome: "reused" });
    const other = await deployed(awsRequest({ jobKey: "-/-/twice" }));
    expect(other).toMatchObject({ name: first.name, outcome: "reused" });
  });

  it("is another one when the plugin, the job or a setting is", async () => {
    const request = { jobKey: "-/-/others", aws: { roleArn: ROLE("lambda-role") } };
    const names = await Promise.all(
      [
        request,
        { ...request, jobKey: "-/-/another" },
        { ...request, shared: { memoryMb: 1024 } },
        { ...request, files: { "numbers.ts": `${READER}// changed\nexport const more = 1;` } },
      ].map(async (changes) => (await deployed(awsRequest(changes))).name),
    );
    expect(new Set(names).size).toBe(4);
  });

  it("is one when two deploy it at the same time", async () => {
    const request = () => awsRequest({ jobKey: "-/-/race" });
    const both = await Promise.all([deployed(request()), deployed(request())]);
    expect(both[0]?.name).toBe(both[1]?.name);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(["created", "reused"]);
  });

  it("is put right when somebody changed it", async () => {
    const request = awsRequest({ jobKey: "-/-/drift" });
    const { name } = await deployed(request);
    const { CodeSha256 } = (await found(name)).Configuration ?? {};
    await client.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, MemorySize: 3008 }));
    expect(await deployed(request)).toMatchObject({ outcome: "updated" });
    expect((await found(name)).Configuration?.MemorySize).toBe(512);
    const ZipFile = zipSync({ "index.mjs": new TextEncoder().encode("export const handler = 1;") });
    await client.send(new UpdateFunctionCodeCommand({ FunctionName: name, ZipFile }));
    expect(await deployed(request)).toMatchObject({ outcome: "updated" });
    expect((await found(name)).Configuration?.CodeSha256).toBe(CodeSha256);
  });

  it("is bounded to as many invocations as the job says, without being another", async () => {
    const bounded = (maxConcurrency?: number) =>
      awsRequest({
        jobKey: "-/-/bounded",
        shared: maxConcurrency === undefined ? {} : { maxConcurrency },
      });
    const { name } = await deployed(bounded(7));
    expect((await found(name)).Concurrency?.ReservedConcurrentExecutions).toBe(7);
    expect(await deployed(bounded(7))).toMatchObject({ name, outcome: "reused" });
    expect(await deployed(bounded())).toMatchObject({ name, outcome: "updated" });
    expect((await found(name)).Concurrency?.ReservedConcurrentExecutions).toBeUndefined();
  });

  it.each([
    ["a role that is not there", { roleArn: ROLE("nobody") }, /cannot be assumed/],
    [
      "a role that may not reach a subnet",
      { ...NETWORK, roleArn: ROLE("no-network") },
      /CreateNetworkInterface/,
    ],
    ["a subnet that is not there", { ...NETWORK, subnets: ["subnet-none"] }, /subnet-none/],
  ])("is refused with the provider's words for %s", async (_what, aws, words) => {
    await expect(deployed(awsRequest({ jobKey: "-/-/refused", aws }))).rejects.toMatchObject({
      code: "CLOUD_DEPLOY_FAILED",
      retryable: false,
      message: expect.stringMatching(words),
    });
  });
});

describe("an invocation", () => {
  it("is answered with frames, and what is billed is told", async () => {
    const { transport } = await deployed(
      awsRequest({ jobKey: "-/-/invoked", shared: { environmentVariables: { GREETING: "hello" } } }),
    );
    const reports: unknown[] = [];
    const options = { signal, onReport: (report: unknown) => void reports.push(report) };
    const values = await answers(transport.invoke(checkFrames(), options));
    expect(values[3]).toMatchObject({ success: true, message: "hello" });
    expect(reports).toEqual([
      {
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        billedMilliseconds: expect.any(Number),
        maxMemoryMb: expect.any(Number),
        responseBytes: expect.any(Number),
      },
    ]);
  });

  it("that is throttled was not run; one that is killed or cut off is a failure", async () => {
    const { transport, name } = await deployed(awsRequest({ jobKey: "-/-/faults" }));
    const invoked = () => answers(transport.invoke(checkFrames(), { signal }));
    lambda.faults.add({ kind: "throttle", function: name });
    await expect(invoked()).rejects.toMatchObject({ code: "CLOUD_THROTTLED", retryable: true });
    lambda.faults.add({ kind: "kill", function: name, afterBytes: 1 });
    await expect(invoked()).rejects.toMatchObject({
      code: "CLOUD_INVOCATION_FAILED",
      retryable: true,
      details: { error_type: "Runtime.ExitError" },
    });
    lambda.faults.add({ kind: "truncate", function: name, afterBytes: 1 });
    await expect(invoked()).rejects.toMatchObject({ code: "CLOUD_INVOCATION_FAILED", retryable: true });
    await expect(invoked()).resolves.toHaveLength(5);
  });
});

describe("secrets", () => {
  it("are stored once for the same values, and apart for others", async () => {
    const first = await deployed(awsRequest({ jobKey: "-/-/secrets" }));
    const stored = await first.storeSecrets(
      { "credentials.api_key": "hunter22", "credentials.b": "x" },
      signal,
    );
    expect(stored["credentials.api_key"]).toMatch(
      /^arn:aws:secretsmanager:us-east-1:123456789012:secret:dativo\/[0-9a-f]{12}\/[0-9a-f]{32}-\w+#credentials\.api_key$/,
    );
    const called = await operations(async () => {
      const again = await first.storeSecrets(
        { "credentials.b": "x", "credentials.api_key": "hunter22" },
        signal,
      );
      expect(again).toEqual(stored);
    });
    expect(called).toEqual(["DescribeSecret"]);
    const other = await first.storeSecrets(
      { "credentials.api_key": "hunter23", "credentials.b": "x" },
      signal,
    );
    expect(other["credentials.b"]).not.toBe(stored["credentials.b"]);
    const calls = JSON.stringify(lambda.calls.filter(({ operation }) => operation !== "CreateSecret"));
    expect(calls).not.toContain("hunter2");
  });

  it("that a job names itself are found before anything is deployed", async () => {
    const named = (name: string) =>
      awsRequest({ jobKey: "-/-/named", shared: { secrets: { "credentials.api_key": name } } });
    const before = lambda.calls.length;
    await expect(deployed(named("nowhere#key"))).rejects.toMatchObject({ code: "SECRET_NOT_FOUND" });
    expect(lambda.calls.slice(before).map(({ operation }) => operation)).toEqual(["DescribeSecret"]);
    const arn = "arn:aws:secretsmanager:us-east-1:123456789012:secret:shop-AbCdEf";
    const { secretReferences } = await deployed(named(`${arn}#key`));
    expect(secretReferences).toEqual({ "credentials.api_key": `${arn}#key` });
  });
});

describe("collecting", () => {
  it("removes what is unused, and role and secrets with the last function of a job only", async () => {
    const jobKey = "-/-/collected";
    const request = awsRequest({ jobKey });
    const [one, other] = [
      await deployed(request),
      await deployed(awsRequest({ jobKey, shared: { memoryMb: 256 } })),
    ];
    await one.storeSecrets({ "credentials.k": "v" }, signal);
    const provider = await cloudProvider(request.execution);
    const functions = await provider.list(signal);
    const own = functions.filter(({ job }) => job === jobKey);
    expect(own.map(({ name }) => name).sort()).toEqual([one.name, other.name].sort());
    const collect = (olderThanDays: number, dryRun = false) =>
      collectFunctions({ executions: [request.execution], olderThanDays, jobKey, dryRun, signal });
    expect(await collect(1)).toMatchObject([{ unused: [], removed: [] }]);
    expect((await collect(0, true))[0]?.unused).toHaveLength(2);
    expect(await provider.find(one.name, signal)).toBeDefined();
    expect(
      await provider.remove(
        own.filter(({ name }) => name === one.name),
        signal,
      ),
    ).toMatchObject([{ what: "function", name: one.name }]);
    const [last] = await collect(0);
    expect(last?.removed.map(({ what }) => what)).toEqual(["function", "role", "secret"]);
    expect(await provider.find(other.name, signal)).toBeUndefined();
    // Functions of other jobs are still there.
    expect((await provider.list(signal)).length).toBe(functions.length - 2);
  });
});

import { createHash } from "node:crypto";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { RequestHandler } from "msw";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { active, clientOptions, create, definition, lambdaClient, stream } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";
import { type MockLambda, mockLambda } from "./mock-lambda.js";

const answering = (text: string) =>
  packageOf({
    "index.mjs": `export const handler = awslambda.streamifyResponse(async (_event, response) => {
      response.end(${JSON.stringify(text)} + (process.env.SUFFIX ?? ""));
    });`,
  });

let lambda: MockLambda;
let client: ReturnType<typeof lambdaClient>;
let zip: Uint8Array;
beforeAll(async () => {
  lambda = await mockLambda({
    roles: { runner: [] },
    rolePropagationMs: 400,
    network: { securityGroups: ["sg-1"], subnets: ["subnet-1", "subnet-2"] },
  });
  client = lambdaClient(lambda);
  zip = await answering("one");
});
afterAll(() => lambda.dispose());

const updated = (FunctionName: string) =>
  waitUntilFunctionUpdatedV2({ client, maxWaitTime: 10, minDelay: 1, maxDelay: 1 }, { FunctionName });

it("tells what it was told, with the digest of the code and tags", async () => {
  await create(client, zip, {
    FunctionName: "described",
    Environment: { Variables: { NAME: "1" } },
    Tags: { dativo: "function" },
    EphemeralStorage: { Size: 1024 },
  });
  const found = await client.send(new GetFunctionCommand({ FunctionName: "described" }));
  expect(found.Configuration).toMatchObject({
    FunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:described",
    State: "Active",
    LastUpdateStatus: "Successful",
    Timeout: 10,
    MemorySize: 512,
    CodeSize: zip.length,
    CodeSha256: createHash("sha256").update(zip).digest("base64"),
    Environment: { Variables: { NAME: "1" } },
    EphemeralStorage: { Size: 1024 },
  });
  const Resource = found.Configuration?.FunctionArn;
  await client.send(new TagResourceCommand({ Resource, Tags: { used: "today", old: "x" } }));
  await client.send(new UntagResourceCommand({ Resource, TagKeys: ["old"] }));
  expect((await client.send(new ListTagsCommand({ Resource }))).Tags).toEqual({
    dativo: "function",
    used: "today",
  });
  const byArn = await client.send(new GetFunctionCommand({ FunctionName: Resource }));
  expect(byArn.Tags).toMatchObject({ used: "today" });
  expect(lambda.calls.find(({ operation }) => operation === "CreateFunction")).toMatchObject({
    service: "lambda",
    status: 201,
    input: { Code: { ZipFile: `<${zip.length} bytes>` } },
  });
});

it("changes code and configuration one after the other, and runs what is new", async () => {
  await create(client, zip, { FunctionName: "changes" });
  expect((await stream(client, "changes")).text).toBe("one");
  const ZipFile = await answering("two");
  const changed = await client.send(new UpdateFunctionCodeCommand({ FunctionName: "changes", ZipFile }));
  expect(changed.LastUpdateStatus).toBe("InProgress");
  const configure = () =>
    client.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: "changes",
        Environment: { Variables: { SUFFIX: "!" } },
        MemorySize: 256,
      }),
    );
  await expect(configure()).rejects.toMatchObject({
    name: "ResourceConflictException",
    message: expect.stringContaining("An update is in progress"),
  });
  await updated("changes");
  await configure();
  await updated("changes");
  const answer = await stream(client, "changes");
  expect(answer.text).toBe("two!");
  expect(answer.log).toContain("Memory Size: 256 MB");
  await expect(
    client.send(new UpdateFunctionCodeCommand({ FunctionName: "changes", ZipFile, RevisionId: "stale" })),
  ).rejects.toMatchObject({ name: "PreconditionFailedException" });
});

it("lets one of two deployers win", async () => {
  const input = { ...definition(zip), FunctionName: "race" };
  const both = await Promise.allSettled([1, 2].map(() => client.send(new CreateFunctionCommand(input))));
  expect(both.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(both.find((each) => each.status === "rejected")?.reason).toMatchObject({
    name: "ResourceConflictException",
  });
});

it("takes code from a bucket, lists and deletes", async () => {
  const s3 = new S3Client(clientOptions(lambda));
  await s3.send(new CreateBucketCommand({ Bucket: "packages" }));
  await s3.send(new PutObjectCommand({ Bucket: "packages", Key: "a/b.zip", Body: zip }));
  await create(client, zip, { FunctionName: "stored", Code: { S3Bucket: "packages", S3Key: "a/b.zip" } });
  expect((await stream(client, "stored")).text).toBe("one");
  const names = [];
  let Marker: string | undefined;
  do {
    const page = await client.send(new ListFunctionsCommand({ MaxItems: 2, Marker }));
    names.push(...(page.Functions ?? []).map(({ FunctionName }) => FunctionName));
    Marker = page.NextMarker;
  } while (Marker !== undefined);
  expect(names).toContain("stored");
  await client.send(new DeleteFunctionCommand({ FunctionName: "stored" }));
  await expect(client.send(new GetFunctionCommand({ FunctionName: "stored" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});

it("counts concurrency", async () => {
  await create(client, zip, { FunctionName: "reserved" });
  await client.send(
    new PutFunctionConcurrencyCommand({ FunctionName: "reserved", ReservedConcurrentExecutions: 40 }),
  );
  const { AccountLimit } = await client.send(new GetAccountSettingsCommand({}));
  expect(AccountLimit).toMatchObject({ ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: 960 });
  const { Concurrency } = await client.send(new GetFunctionCommand({ FunctionName: "reserved" }));
  expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 40 });
});

it("takes a role only once Lambda can assume it, and a network only with the rights for it", async () => {
  const iam = new IAMClient(clientOptions(lambda));
  const trust = (service: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    });
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: "fresh", AssumeRolePolicyDocument: trust("lambda.amazonaws.com") }),
  );
  await iam.send(
    new CreateRoleCommand({ RoleName: "foreign", AssumeRolePolicyDocument: trust("ec2.amazonaws.com") }),
  );
  const send = (more: Partial<CreateFunctionCommandInput>) =>
    client.send(new CreateFunctionCommand({ ...definition(zip), FunctionName: "roles", ...more }));
  const refusal = {
    name: "InvalidParameterValueException",
    message: "The role defined for the function cannot be assumed by Lambda.",
  };
  await expect(send({ Role: Role?.Arn })).rejects.toMatchObject(refusal);
  await new Promise((resolve) => setTimeout(resolve, 450));
  await expect(send({ Role: Role?.Arn?.replace("fresh", "foreign") })).rejects.toMatchObject(refusal);
  const VpcConfig = { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-1"] };
  await expect(send({ Role: Role?.Arn, VpcConfig })).rejects.toThrow("CreateNetworkInterface");
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: "fresh",
      PolicyName: "network",
      PolicyDocument: JSON.stringify({ Statement: [{ Effect: "Allow", Action: "ec2:*", Resource: "*" }] }),
    }),
  );
  await send({ Role: Role?.Arn, VpcConfig });
  await active(client, "roles");
  const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: "roles" }));
  expect(Configuration?.VpcConfig).toMatchObject(VpcConfig);
});

const big = "x".repeat(51 * 1024 * 1024);
it.each<[what: string, more: Record<string, unknown>, message: RegExp]>([
  ["memory below 128 MB", { MemorySize: 64 }, /'memorySize'.*greater than or equal to 128/],
  ["memory above 10240 MB", { MemorySize: 20_000 }, /'memorySize'.*less than or equal to 10240/],
  ["a timeout above 900 s", { Timeout: 901 }, /'timeout'.*less than or equal to 900/],
  ["a runtime that there is not", { Runtime: "nodejs4.3" }, /'runtime'/],
  ["a role that is none", { Role: "arn:aws:iam::account:role/lambda-role" }, /'role'/],
  ["a role that does not exist", { Role: "arn:aws:iam::123456789012:role/nobody" }, /cannot be assumed/],
  ["more than 4 KB of variables", { Environment: { Variables: { NAME: "x".repeat(5000) } } }, /4KB limit/],
  ["names of variables of one letter", { Environment: { Variables: { A: "1" } } }, /'environment.variables'/],
  ["variables that Lambda sets", { Environment: { Variables: { AWS_REGION: "x" } } }, /AWS_REGION/],
  ["members at the wrong place", { VpcConfig: { SubnetIds: ["subnet-1"] } }, /must coexist/],
  [
    "a subnet that does not exist",
    { VpcConfig: { SubnetIds: ["subnet-9"], SecurityGroupIds: ["sg-1"] } },
    /InvalidSubnetID/,
  ],
  [
    "a group that does not exist",
    { VpcConfig: { SubnetIds: ["subnet-1"], SecurityGroupIds: ["sg-xxx"] } },
    /InvalidGroup/,
  ],
  ["code that is no zip file", { Code: { ZipFile: Buffer.from("no zip") } }, /Could not unzip/],
  ["a bad name", { FunctionName: "two words" }, /'functionName'/],
  ["more than 50 MB", { Code: { ZipFile: Buffer.from(big) } }, /must be smaller/],
])("refuses %s", async (_what, more, message) => {
  const input = { ...definition(zip), FunctionName: "refused", ...more } as CreateFunctionCommandInput;
  await expect(client.send(new CreateFunctionCommand(input))).rejects.toThrow(message);
});

it("refuses a member that the API does not have, as a spread VpcConfig makes", async () => {
  const response = await fetch(`${lambda.endpoint}/2015-03-31/functions`, {
    method: "POST",
    headers: { authorization: "AWS4-HMAC-SHA256 Credential=A/20260101/us-east-1/lambda/aws4_request" },
    body: JSON.stringify({
      ...definition(zip),
      Code: {},
      FunctionName: "spread",
      SecurityGroupIds: ["sg-1"],
    }),
  });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain("SecurityGroupIds");
  expect((await fetch(`${lambda.endpoint}/2015-03-31/functions`)).status).toBe(403);
});

it("stands at the addresses of AWS with msw, and answers with an error as often as it is asked to", async () => {
  const msw = setupServer(...((await lambda.mswHandlers()) as RequestHandler[]));
  msw.listen({ onUnhandledRequest: "bypass" });
  try {
    const { endpoint: _, ...options } = clientOptions(lambda);
    const real = new LambdaClient(options);
    await create(real, zip, { FunctionName: "elsewhere" });
    expect((await stream(real, "elsewhere")).text).toBe("one");
    const s3 = new S3Client(options);
    await s3.send(new CreateBucketCommand({ Bucket: "by-host" }));
    await s3.send(new PutObjectCommand({ Bucket: "by-host", Key: "a/b", Body: "c" }));
    expect(lambda.calls.at(-1)).toMatchObject({
      operation: "PutObject",
      input: { bucket: "by-host", key: "a/b" },
    });

    lambda.faults.add({
      kind: "error",
      operation: "GetFunction",
      status: 429,
      code: "TooManyRequestsException",
    });
    const get = () => real.send(new GetFunctionCommand({ FunctionName: "elsewhere" }));
    await expect(get()).rejects.toMatchObject({ name: "TooManyRequestsException" });
    expect((await get()).Configuration?.FunctionName).toBe("elsewhere");
    expect(lambda.calls.slice(-2).map(({ status }) => status)).toEqual([429, 200]);
  } finally {
    msw.close();
  }
});

import { Readable } from "node:stream";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolesCommand,
  ListRoleTagsCommand,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type MockLambda, mockLambda } from "../lambda/mock-lambda.js";
import { clientOptions, create, lambdaClient } from "../testing/aws-clients.js";
import { packageOf } from "../testing/package-of.js";

let lambda: MockLambda;
let client: LambdaClient;
beforeAll(async () => {
  lambda = await mockLambda({
    roles: {
      runner: [],
      reader: [
        { action: "secretsmanager:GetSecretValue", resource: "arn:aws:secretsmanager:*:secret:dativo/*" },
        { action: "s3:Get*", resource: "arn:aws:s3:::spill/run/*" },
      ],
    },
  });
  client = lambdaClient(lambda);
});
afterAll(() => lambda.dispose());

const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

it("keeps roles and their policies", async () => {
  const iam = new IAMClient(clientOptions(lambda));
  const RoleName = "dativo-a";
  const Tags = [{ Key: "dativo", Value: "role <&>" }];
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST, Tags }));
  expect(Role?.Arn).toBe("arn:aws:iam::123456789012:role/dativo-a");
  await expect(
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST })),
  ).rejects.toMatchObject({ name: "EntityAlreadyExistsException" });
  const PolicyArn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  expect(attached.AttachedPolicies).toEqual([{ PolicyName: "AWSLambdaBasicExecutionRole", PolicyArn }]);
  const PolicyDocument = JSON.stringify({ Statement: [{ Effect: "Allow", Action: "s3:*", Resource: "*" }] });
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "own", PolicyDocument }));
  const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: "own" }));
  expect(decodeURIComponent(policy.PolicyDocument ?? "")).toBe(PolicyDocument);
  expect((await iam.send(new ListRoleTagsCommand({ RoleName }))).Tags).toEqual(Tags);
  expect((await iam.send(new ListRolesCommand({}))).Roles?.map((role) => role.RoleName)).toContain(RoleName);
  await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: "DeleteConflictException",
  });
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: "own" }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
  await expect(iam.send(new GetRoleCommand({ RoleName }))).rejects.toMatchObject({
    name: "NoSuchEntityException",
  });
});

it("knows who is who", async () => {
  const sts = new STSClient(clientOptions(lambda));
  expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Account: "123456789012" });
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: "arn:aws:iam::123456789012:role/reader", RoleSessionName: "me" }),
  );
  const credentials = {
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
  };
  const reader = { ...clientOptions(lambda), credentials };
  const { Arn } = await new STSClient(reader).send(new GetCallerIdentityCommand({}));
  expect(Arn).toContain("assumed-role/reader/");
  const secrets = new SecretsManagerClient(reader);
  await expect(secrets.send(new GetSecretValueCommand({ SecretId: "other" }))).rejects.toMatchObject({
    name: "AccessDeniedException",
  });
  const object = { Bucket: "spill", Key: "other/1" };
  await expect(new S3Client(reader).send(new GetObjectCommand(object))).rejects.toMatchObject({
    name: "AccessDenied",
  });
});

it("keeps secrets in versions, and out of the log of calls", async () => {
  const secrets = new SecretsManagerClient(clientOptions(lambda));
  const Name = "dativo/job/1";
  const { ARN } = await secrets.send(new CreateSecretCommand({ Name, SecretString: "canary-1" }));
  expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:dativo\/job\/1-\w{6}$/);
  await expect(secrets.send(new CreateSecretCommand({ Name, SecretString: "x" }))).rejects.toMatchObject({
    name: "ResourceExistsException",
  });
  await secrets.send(new PutSecretValueCommand({ SecretId: Name, SecretString: "canary-2" }));
  const value = async (VersionStage?: string) =>
    (await secrets.send(new GetSecretValueCommand({ SecretId: ARN, VersionStage }))).SecretString;
  expect([await value(), await value("AWSPREVIOUS")]).toEqual(["canary-2", "canary-1"]);
  const Filters = [{ Key: "name" as const, Values: ["dativo/"] }];
  expect(
    (await secrets.send(new ListSecretsCommand({ Filters }))).SecretList?.map((each) => each.Name),
  ).toEqual([Name]);
  await secrets.send(new DeleteSecretCommand({ SecretId: Name }));
  await expect(secrets.send(new GetSecretValueCommand({ SecretId: Name }))).rejects.toMatchObject({
    name: "InvalidRequestException",
  });
  expect((await secrets.send(new DescribeSecretCommand({ SecretId: Name }))).DeletedDate).toBeInstanceOf(
    Date,
  );
  expect(JSON.stringify(lambda.calls)).not.toContain("canary");
});

it("keeps objects, whole, in parts, and only where there is none", async () => {
  const s3 = new S3Client(clientOptions(lambda));
  const Bucket = "spill";
  await s3.send(new CreateBucketCommand({ Bucket }));
  const Key = "run/a b/é+1.arrow";
  await s3.send(new PutObjectCommand({ Bucket, Key, Body: "hello", Metadata: { rows: "5" } }));
  const read = async (Range?: string) =>
    (await s3.send(new GetObjectCommand({ Bucket, Key, Range }))).Body?.transformToString();
  expect([await read(), await read("bytes=1-3")]).toEqual(["hello", "ell"]);
  await expect(
    s3.send(new PutObjectCommand({ Bucket, Key, Body: "x", IfNoneMatch: "*" })),
  ).rejects.toMatchObject({
    name: "PreconditionFailed",
  });
  const Body = Readable.from([Buffer.from("stre"), Buffer.from("am")]);
  await s3.send(new PutObjectCommand({ Bucket, Key: "run/2", Body, ContentLength: 6 }));
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key: "run/2" }))).toMatchObject({ ContentLength: 6 });

  const target = { Bucket, Key: "run/3" };
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
  const Parts = [];
  for (const [PartNumber, part] of [
    [1, Buffer.alloc(5_242_880, 1)],
    [2, Buffer.from("end")],
  ] as const) {
    const { ETag } = await s3.send(new UploadPartCommand({ ...target, UploadId, PartNumber, Body: part }));
    Parts.push({ PartNumber, ETag });
  }
  await s3.send(new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }));
  expect((await s3.send(new HeadObjectCommand(target))).ContentLength).toBe(5_242_883);

  const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "run/", MaxKeys: 2 }));
  expect(page).toMatchObject({
    IsTruncated: true,
    KeyCount: 2,
    Contents: [{ Key: "run/2", Size: 6 }, { Key: "run/3" }],
  });
  const rest = await s3.send(
    new ListObjectsV2Command({ Bucket, Prefix: "run/", ContinuationToken: page.NextContinuationToken }),
  );
  expect(rest.Contents?.map((each) => each.Key)).toEqual([Key]);
  const folders = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "run/", Delimiter: "/" }));
  expect(folders.CommonPrefixes).toEqual([{ Prefix: "run/a b/" }]);
  await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: "run/2" }] } }));
  await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: "NoSuchKey" });
  await expect(s3.send(new GetObjectCommand({ Bucket: "none", Key }))).rejects.toMatchObject({
    name: "NoSuchBucket",
  });
});

it("lets functions use the services by the rights of their role, and keeps what they log", async () => {
  const secrets = new SecretsManagerClient(clientOptions(lambda));
  for (const Name of ["dativo/allowed", "foreign"])
    await secrets.send(new CreateSecretCommand({ Name, SecretString: `value of ${Name}` }));
  const source = `
    import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
    const client = new SecretsManagerClient({ maxAttempts: 1 });
    export const handler = async ({ SecretId }) => {
      console.log("looking for", SecretId);
      return (await client.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    };`;
  const bundled = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    bundle: true,
    write: false,
    platform: "node",
    format: "cjs",
    logLevel: "silent",
  });
  await create(client, await packageOf({ "index.cjs": bundled.outputFiles[0]!.text }), {
    FunctionName: "secretive",
    Role: "arn:aws:iam::123456789012:role/reader",
  });
  const read = async (SecretId: string) => {
    const Payload = JSON.stringify({ SecretId });
    const answer = await client.send(new InvokeCommand({ FunctionName: "secretive", Payload }));
    return JSON.parse(answer.Payload?.transformToString() ?? "");
  };
  expect(await read("dativo/allowed")).toBe("value of dativo/allowed");
  expect(await read("foreign")).toMatchObject({ errorType: "AccessDeniedException" });

  const logs = new CloudWatchLogsClient(clientOptions(lambda));
  const logGroupName = "/aws/lambda/secretive";
  const groups = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/lambda/" }));
  expect(groups.logGroups?.map((group) => group.logGroupName)).toContain(logGroupName);
  const { events = [] } = await logs.send(
    new FilterLogEventsCommand({ logGroupName, filterPattern: '"looking for"' }),
  );
  expect(events).toHaveLength(2);
  expect(events[0]?.message).toContain("looking for dativo/allowed");
  const { logStreamName } = events[0]!;
  const all = await logs.send(new GetLogEventsCommand({ logGroupName, logStreamName }));
  expect(all.events?.filter(({ message }) => message?.startsWith("REPORT"))).toHaveLength(2);
  expect(lambda.logs("secretive")).toContain("REPORT RequestId");
});

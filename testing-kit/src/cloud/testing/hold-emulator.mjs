// Starts an emulator and a function that never answers, until somebody ends this process.
import { CreateFunctionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { mockLambda } from "../../../dist/index.js";

const lambda = await mockLambda({ roles: { runner: [] }, pendingMs: 0 });
const client = new LambdaClient({
  endpoint: lambda.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "a", secretAccessKey: "b" },
});
const FunctionName = "busy";
await client.send(
  new CreateFunctionCommand({
    FunctionName,
    Runtime: "nodejs22.x",
    Role: "arn:aws:iam::123456789012:role/runner",
    Handler: "index.handler",
    Timeout: 300,
    Code: { ZipFile: Buffer.from(process.argv[2], "base64") },
  }),
);
setInterval(() => {
  const [, pids] = /pids ([\d ]+)/.exec(lambda.logs(FunctionName)) ?? [];
  if (pids !== undefined) process.stdout.write(`${pids}\n`);
}, 50);
await client.send(new InvokeCommand({ FunctionName }));

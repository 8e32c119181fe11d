import { cloudProvider, collectFunctions, createDeployer, type FunctionRequest } from "@dativo/cloud";
import { FRAME, FrameDecoder } from "@dativo/protocol";
import { type MockCloudFunctions, mockCloudFunctions } from "@dativo/testing-kit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkFrames, gcpRequest, useEnvironment } from "./deploy-request.js";

const ACCOUNT = "plugin@my-project.iam.gserviceaccount.com";
let gcp: MockCloudFunctions;
beforeAll(async () => {
  gcp = await mockCloudFunctions({ project: "my-project", serviceAccounts: { [ACCOUNT]: [] } });
  useEnvironment(gcp.env);
});
afterAll(() => gcp.dispose());

const { signal } = new AbortController();
const deploy = createDeployer();
const deployed = (request: FunctionRequest) => deploy(request, { signal });

async function operations(work: () => Promise<unknown>): Promise<string[]> {
  const before = gcp.calls.length;
  await work();
  return gcp.calls.slice(before).map(({ operation }) => operation);
}

async function answers(stream: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const decoder = new FrameDecoder();
  const values: unknown[] = [];
  for await (const chunk of stream)
    for (const frame of decoder.push(chunk)) if (frame.type === FRAME.result) values.push(frame.header.value);
  return values;
}

describe("a function of Cloud Functions", () => {
  it("has every setting of the guide's job, and is deployed once", async () => {
    const request = () =>
      gcpRequest({
        jobKey: "acme/prod/numbers",
        shared: {
          memoryMb: 768,
          timeoutSeconds: 77,
          maxConcurrency: 3,
          environmentVariables: { LOG_LEVEL: "INFO", GREETING: "hello" },
        },
        gcp: { serviceAccount: ACCOUNT, region: "europe-west1" },
      });
    const first = await deployed(request());
    expect(first.outcome).toBe("created");
    expect(first.resource).toBe(`projects/my-project/locations/europe-west1/functions/${first.name}`);
    const created = gcp.calls.find(({ operation }) => operation === "CreateFunction");
    const { body } = (created?.input ?? {}) as { readonly body?: unknown };
    expect(body).toMatchObject({
      buildConfig: { runtime: "nodejs24", entryPoint: "dativo" },
      serviceConfig: {
        availableMemory: "768Mi",
        timeoutSeconds: 77,
        maxInstanceCount: 3,
        maxInstanceRequestConcurrency: 1,
        serviceAccountEmail: ACCOUNT,
        environmentVariables: { LOG_LEVEL: "INFO", DATIVO_JOB: "acme/prod/numbers" },
      },
    });
    let second = first;
    const called = await operations(async () => {
      second = await deployed(request());
    });
    expect(called).toEqual(["GetFunction"]);
    expect(second).toMatchObject({ name: first.name, outcome: "reused" });
    const values = await answers(second.transport.invoke(checkFrames(), { signal }));
    expect(values[3]).toMatchObject({ success: true, message: "hello" });
  });

  it("is one when two deploy it at the same time", async () => {
    const request = () => gcpRequest({ jobKey: "-/-/race", gcp: { serviceAccount: ACCOUNT } });
    const both = await Promise.all([deployed(request()), deployed(request())]);
    expect(both[0]?.name).toBe(both[1]?.name);
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(["created", "reused"]);
  });

  it("is changed, not made anew, when only its bound is another", async () => {
    const bounded = (maxConcurrency: number) =>
      gcpRequest({ jobKey: "-/-/bounded", shared: { maxConcurrency }, gcp: { serviceAccount: ACCOUNT } });
    const { name } = await deployed(bounded(2));
    expect(await deployed(bounded(5))).toMatchObject({ name, outcome: "updated" });
    expect(await deployed(bounded(5))).toMatchObject({ name, outcome: "reused" });
  });

  it("is refused with the provider's words for a service account that is not there", async () => {
    const gone = "nobody@my-project.iam.gserviceaccount.com";
    await expect(deployed(gcpRequest({ gcp: { serviceAccount: gone } }))).rejects.toMatchObject({
      code: "CLOUD_DEPLOY_FAILED",
      message: expect.stringContaining(gone),
    });
  });
});

describe("an invocation", () => {
  it("that is throttled was not run; one that is killed or cut off is a failure", async () => {
    const { transport, name } = await deployed(
      gcpRequest({ jobKey: "-/-/faults", gcp: { serviceAccount: ACCOUNT } }),
    );
    const invoked = () => answers(transport.invoke(checkFrames(), { signal }));
    gcp.faults.add({ kind: "throttle", function: name });
    await expect(invoked()).rejects.toMatchObject({ code: "CLOUD_THROTTLED", retryable: true });
    for (const kind of ["kill", "truncate"] as const) {
      gcp.faults.add({ kind, function: name, afterBytes: 1 });
      await expect(invoked()).rejects.toMatchObject({ code: "CLOUD_INVOCATION_FAILED", retryable: true });
    }
    await expect(invoked()).resolves.toHaveLength(5);
  });
});

describe("secrets and collecting", () => {
  it("stores the same values once, and removes them with the last function of the job", async () => {
    const request = gcpRequest({ jobKey: "-/-/secrets", gcp: { serviceAccount: ACCOUNT } });
    const one = await deployed(request);
    const stored = await one.storeSecrets({ "credentials.api_key": "hunter22" }, signal);
    expect(stored["credentials.api_key"]).toMatch(
      /^projects\/[\w-]+\/secrets\/dativo-[0-9a-f]{12}-[0-9a-f]{32}\/versions\/1#credentials\.api_key$/,
    );
    const called = await operations(async () => {
      expect(await one.storeSecrets({ "credentials.api_key": "hunter22" }, signal)).toEqual(stored);
    });
    expect(called).toEqual(["ListSecretVersions"]);
    const collect = (olderThanDays: number) =>
      collectFunctions({ executions: [request.execution], olderThanDays, jobKey: "-/-/secrets", signal });
    expect(await collect(1)).toMatchObject([{ unused: [], removed: [] }]);
    expect((await collect(0))[0]?.removed.map(({ what }) => what)).toEqual(["function", "secret"]);
    const provider = await cloudProvider(request.execution);
    expect(await provider.find(one.name, signal)).toBeUndefined();
    expect((await provider.list(signal)).length).toBeGreaterThan(0);
  });

  it("names the secrets that a job keeps itself in full", async () => {
    const { secretReferences } = await deployed(
      gcpRequest({
        jobKey: "-/-/named",
        gcp: { serviceAccount: ACCOUNT },
        shared: {
          secrets: { "credentials.a": "shop#key", "credentials.b": "projects/p/secrets/s/versions/3" },
        },
      }),
    );
    expect(secretReferences).toEqual({
      "credentials.a": "projects/my-project/secrets/shop/versions/latest#key",
      "credentials.b": "projects/p/secrets/s/versions/3",
    });
  });
});

import { v2 } from "@google-cloud/functions";
import { SecretManagerServiceClient } from "@google-cloud/secret-manager";
import { Storage } from "@google-cloud/storage";
import { GoogleAuth } from "google-auth-library";
import type { RequestHandler } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { deploy, functionsClient, post } from "../testing/gcp-clients.js";
import { packageOf } from "../testing/package-of.js";
import { type MockCloudFunctions, mockCloudFunctions } from "./mock-cloud-functions.js";

const READER = "reader@my-project.iam.gserviceaccount.com";
const STRANGER = "stranger@my-project.iam.gserviceaccount.com";

let functions: MockCloudFunctions;
beforeAll(async () => {
  functions = await mockCloudFunctions({
    serviceAccounts: { [READER]: ["roles/secretmanager.secretAccessor"], [STRANGER]: [] },
  });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => functions.dispose());

const secretManager = () => new SecretManagerServiceClient(functions.clientOptions as never);

it("keeps secrets in versions, and out of the log of calls", async () => {
  const client = secretManager();
  const parent = "projects/my-project";
  await client.createSecret({ parent, secretId: "kept", secret: { replication: { automatic: {} } } });
  for (const text of ["canary-1", "canary-2"])
    await client.addSecretVersion({ parent: `${parent}/secrets/kept`, payload: { data: Buffer.from(text) } });
  const read = async (version: string) => {
    const [answer] = await client.accessSecretVersion({ name: `${parent}/secrets/kept/versions/${version}` });
    return Buffer.from(answer.payload?.data ?? "").toString();
  };
  expect([await read("1"), await read("latest")]).toEqual(["canary-1", "canary-2"]);
  await expect(read("3")).rejects.toThrow("NOT_FOUND");
  await client.destroySecretVersion({ name: `${parent}/secrets/kept/versions/2` });
  await expect(read("2")).rejects.toThrow("DESTROYED");
  expect(await read("latest")).toBe("canary-1");
  await expect(
    client.createSecret({ parent, secretId: "kept", secret: { replication: { automatic: {} } } }),
  ).rejects.toThrow("ALREADY_EXISTS");
  await client.deleteSecret({ name: `${parent}/secrets/kept` });
  await expect(read("1")).rejects.toThrow("NOT_FOUND");
  expect(JSON.stringify(functions.calls)).not.toContain(Buffer.from("canary").toString("base64").slice(0, 6));
});

it("keeps objects, as Google's client stores and reads them", async () => {
  for (const [name, value] of Object.entries(functions.env)) vi.stubEnv(name, value);
  const storage = new Storage({
    apiEndpoint: functions.endpoint,
    projectId: "my-project",
    useAuthWithCustomEndpoint: true,
  });
  const [bucket] = await storage.createBucket("spill");
  await bucket.file("run/a b.bin").save("hello", { resumable: false, contentType: "text/plain" });
  expect(String((await bucket.file("run/a b.bin").download())[0])).toBe("hello");
  await bucket.file("run/large").save(Buffer.alloc(700_000, 1), { resumable: true });
  const [metadata] = await bucket.file("run/large").getMetadata();
  expect(Number(metadata.size)).toBe(700_000);
  const [files] = await bucket.getFiles({ prefix: "run/" });
  expect(files.map(({ name }) => name)).toEqual(["run/a b.bin", "run/large"]);
  const onlyNew = { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } };
  await expect(bucket.file("run/large").save("again", onlyNew)).rejects.toMatchObject({ code: 412 });
  await bucket.file("run/large").delete();
  await expect(bucket.file("run/large").download()).rejects.toMatchObject({ code: 404 });
});

it("takes the key of an account for tokens, at Google's own addresses with msw", async () => {
  const msw = setupServer(...((await functions.mswHandlers()) as RequestHandler[]));
  msw.listen({ onUnhandledRequest: "bypass" });
  try {
    const { credentials } = functions.clientOptions;
    const scopes = ["https://www.googleapis.com/auth/cloud-platform"];
    const auth = new GoogleAuth({ credentials, scopes });
    const parent = "projects/my-project/locations/-";
    const client = new v2.FunctionServiceClient({ fallback: true, credentials, projectId: "my-project" });
    expect((await client.listFunctions({ parent }))[0]).toBeInstanceOf(Array);
    const list = (authorization: string) =>
      fetch(`https://cloudfunctions.googleapis.com/v2/${parent}/functions`, { headers: { authorization } });
    expect((await list(`Bearer ${await auth.getAccessToken()}`)).status).toBe(200);
    expect((await list("Bearer unknown")).status).toBe(401);
    const invoker = await auth.getIdTokenClient("https://somewhere.invalid");
    expect((await invoker.getRequestHeaders()).get("authorization")).toMatch(/^Bearer .+\..+\./);
  } finally {
    msw.close();
  }
});

it("lets functions read secrets by the rights of their account", async () => {
  const client = secretManager();
  const parent = "projects/my-project";
  await client.createSecret({ parent, secretId: "used", secret: { replication: { automatic: {} } } });
  await client.addSecretVersion({
    parent: `${parent}/secrets/used`,
    payload: { data: Buffer.from("open sesame") },
  });
  const source = await packageOf({
    "package.json": '{"type":"module","main":"index.mjs"}',
    "index.mjs": `
      const metadata = (path) => fetch("http://" + process.env.GCE_METADATA_HOST + "/computeMetadata/v1/instance/service-accounts/default/" + path, { headers: { "metadata-flavor": "Google" } });
      export const run = async (request, response) => {
        const { access_token } = await (await metadata("token")).json();
        const url = process.env.DATIVO_GCP_ENDPOINT + "/v1/projects/my-project/secrets/used/versions/latest:access";
        const answer = await fetch(url, { headers: { authorization: "Bearer " + access_token } });
        response.json({ account: await (await metadata("email")).text(), status: answer.status, given: process.env.GIVEN, ...(await answer.json()) });
      };`,
  });
  const ask = async (id: string, serviceAccountEmail: string, more: object = {}) => {
    const serviceConfig = { serviceAccountEmail, ...more };
    const uri = await deploy(functionsClient(functions), id, source, { serviceConfig });
    return (await post(functions, uri)).json();
  };
  const secretEnvironmentVariables = [
    { key: "GIVEN", projectId: "my-project", secret: "used", version: "latest" },
  ];
  expect(await ask("reads", READER, { secretEnvironmentVariables })).toMatchObject({
    account: READER,
    status: 200,
    given: "open sesame",
    payload: { data: Buffer.from("open sesame").toString("base64") },
  });
  expect(await ask("may-not", STRANGER)).toMatchObject({ account: STRANGER, status: 403 });
  await expect(ask("given-not", STRANGER, { secretEnvironmentVariables })).rejects.toThrow("denied");
  await client.setIamPolicy({
    resource: `${parent}/secrets/used`,
    policy: {
      bindings: [{ role: "roles/secretmanager.secretAccessor", members: [`serviceAccount:${STRANGER}`] }],
    },
  });
  expect(await ask("may-now", STRANGER)).toMatchObject({ status: 200 });
});

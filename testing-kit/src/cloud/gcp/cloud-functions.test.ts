import { GoogleAuth } from "google-auth-library";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { deploy, functionsClient, PARENT, post, upload } from "../testing/gcp-clients.js";
import { packageOf } from "../testing/package-of.js";
import { noPythonFramework, PYTHON_WITH_FRAMEWORK } from "../testing/python-with-framework.js";
import { type MockCloudFunctions, mockCloudFunctions } from "./mock-cloud-functions.js";

const FUNCTION = `
import { setTimeout as sleep } from "node:timers/promises";
let busy = 0;
let served = 0;
const held: Buffer[] = [];
export const run = async (request: any, response: any) => {
  const { pieces = 1, bytes = 10, pauseMs = 0, exitAt, hungry, env } = request.body ?? {};
  busy += 1;
  served += 1;
  console.log("serving", process.env.K_SERVICE, served);
  if (env) return response.json({ value: process.env[env], busy: busy-- });
  for (;hungry; await sleep(10)) held.push(Buffer.alloc(20_000_000, 1));
  for (let piece = 0; piece < pieces; piece += 1) {
    if (piece === exitAt) process.kill(process.pid, "SIGKILL");
    if (pauseMs) await sleep(pauseMs);
    if (!response.write("x".repeat(bytes))) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end(busy === 1 ? "alone" : "crowded");
  busy -= 1;
};
export const late = () => {};
`;
const MANIFEST = '{"type":"module","main":"index.mjs"}';

let functions: MockCloudFunctions;
let client: ReturnType<typeof functionsClient>;
let zip: Uint8Array;
beforeAll(async () => {
  functions = await mockCloudFunctions();
  client = functionsClient(functions);
  zip = await packageOf({ "index.mts": FUNCTION, "package.json": MANIFEST });
});
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => functions.dispose());

describe("the control plane", () => {
  it("deploys as Google's client asks", async () => {
    const uri = await deploy(client, "described", zip, {
      labels: { dativo: "function" },
      serviceConfig: {
        environmentVariables: { GREETING: "hello" },
        maxInstanceCount: 7,
        serviceAccountEmail: "plugin@my-project.iam.gserviceaccount.com",
      },
    });
    const name = `${PARENT}/functions/described`;
    const [found] = await client.getFunction({ name });
    expect(found).toMatchObject({
      name,
      state: "ACTIVE",
      environment: "GEN_2",
      labels: { dativo: "function" },
      buildConfig: { runtime: "nodejs22", entryPoint: "run" },
      serviceConfig: {
        uri,
        availableMemory: "512Mi",
        timeoutSeconds: 60,
        maxInstanceCount: 7,
        serviceAccountEmail: "plugin@my-project.iam.gserviceaccount.com",
      },
    });
    expect(await (await post(functions, uri, { env: "GREETING" })).json()).toMatchObject({ value: "hello" });
    await expect(client.getFunction({ name: `${PARENT}/functions/other` })).rejects.toThrow("NOT_FOUND");
    await expect(deploy(client, "described", zip)).rejects.toThrow("ALREADY_EXISTS");
    expect(functions.calls.map(({ operation, status }) => `${operation} ${status}`)).toEqual(
      expect.arrayContaining([
        "GenerateUploadUrl 200",
        "PutSigned 200",
        "CreateFunction 200",
        "GetFunction 404",
      ]),
    );
  });

  it("changes what a mask names, and nothing while it deploys", async () => {
    const uri = await deploy(client, "changes", zip, { labels: { a: "1" } });
    const name = `${PARENT}/functions/changes`;
    const change = (environmentVariables: Record<string, string>) =>
      client.updateFunction({
        function: {
          name,
          serviceConfig: { environmentVariables, timeoutSeconds: 5 },
          labels: { b: "2" },
        } as never,
        updateMask: { paths: ["service_config.environment_variables", "labels"] },
      });
    const [operation] = await change({ NEW: "value" });
    await expect(change({ NEW: "too early" })).rejects.toThrow("ABORTED");
    const [updated] = await operation.promise();
    expect(updated).toMatchObject({ labels: { b: "2" }, serviceConfig: { timeoutSeconds: 60, uri } });
    expect(updated.serviceConfig?.revision).toMatch(/^changes-00002-/);
    expect(await (await post(functions, uri, { env: "NEW" })).json()).toMatchObject({ value: "value" });
  });

  it("lists and deletes", async () => {
    const uri = await deploy(client, "short-lived", zip);
    const names = async () => (await client.listFunctions({ parent: PARENT }))[0].map(({ name }) => name);
    const name = `${PARENT}/functions/short-lived`;
    expect(await names()).toContain(name);
    const [operation] = await client.deleteFunction({ name });
    await operation.promise();
    expect(await names()).not.toContain(name);
    await expect(post(functions, uri)).rejects.toThrow();
  });

  it("tells why a function does not build or start", async () => {
    const failures = [
      [await packageOf({ "other.js": "1" }), {}, "index.js does not exist"],
      [Buffer.from("no zip"), {}, "Build failed"],
      [zip, { buildConfig: { runtime: "nodejs22", entryPoint: "absent" } }, "failed to start and listen"],
      [zip, { buildConfig: { runtime: "python312", entryPoint: "run" } }, "missing main.py"],
    ] as const;
    for (const [at, [source, config, message]] of failures.entries()) {
      await expect(deploy(client, `fails-${at}`, source, config)).rejects.toThrow(message);
      const [found] = await client.getFunction({ name: `${PARENT}/functions/fails-${at}` });
      expect(found.state).toBe("FAILED");
    }
  });

  it.each<[what: string, id: string, config: object, message: RegExp]>([
    ["a name with capitals", "Upper", {}, /Function id 'Upper'/],
    ["a runtime that there is not", "refused", { buildConfig: { runtime: "nodejs8" } }, /runtime nodejs8/],
    ["memory above 32 GiB", "refused", { serviceConfig: { availableMemory: "64Gi" } }, /available_memory/],
    [
      "memory that is no amount",
      "refused",
      { serviceConfig: { availableMemory: "much" } },
      /available_memory/,
    ],
    ["a timeout above an hour", "refused", { serviceConfig: { timeoutSeconds: 3601 } }, /timeout_seconds/],
    [
      "concurrency without a processor",
      "refused",
      { serviceConfig: { maxInstanceRequestConcurrency: 8 } },
      /cpu < 1/,
    ],
    [
      "variables of the platform",
      "refused",
      { serviceConfig: { environmentVariables: { PORT: "1" } } },
      /PORT/,
    ],
    ["labels with capitals", "refused", { labels: { Dativo: "x" } }, /Dativo/],
    [
      "a foreign service account",
      "refused",
      { serviceConfig: { serviceAccountEmail: "a@b.c" } },
      /does not exist/,
    ],
  ])("refuses %s", async (_what, id, config, message) => {
    await expect(deploy(client, id, zip, config)).rejects.toThrow(message);
  });

  it("has one project and the regions that there are", async () => {
    const get = (project: string, region: string) =>
      client.getFunction({ name: `projects/${project}/locations/${region}/functions/x` });
    await expect(get("other", "us-central1")).rejects.toThrow("PERMISSION_DENIED");
    await expect(get("my-project", "us-middle1")).rejects.toThrow("Location us-middle1");
  });

  it("takes source only as it was signed for", async () => {
    const [{ uploadUrl }] = await client.generateUploadUrl({ parent: PARENT });
    const put = async (headers: Record<string, string>) =>
      (await fetch(uploadUrl!, { method: "PUT", headers, body: Buffer.from(zip) })).status;
    expect(await put({ "content-type": "application/octet-stream" })).toBe(403);
    expect(await put({ "content-type": "application/zip", authorization: "Bearer x" })).toBe(403);
    expect(await put({ "content-type": "application/zip" })).toBe(200);
  });

  it("answers with an error as often as it is asked to", async () => {
    functions.faults.add({
      kind: "error",
      operation: "GenerateUploadUrl",
      status: 403,
      code: "PERMISSION_DENIED",
    });
    await expect(upload(client, zip)).rejects.toThrow("PERMISSION_DENIED");
    expect((await upload(client, zip)).bucket).toContain("gcf-v2-uploads");
  });
});

describe("invocations", () => {
  it("let callers in by an ID token for the function, which Google's library gets by itself", async () => {
    const uri = await deploy(client, "guarded", zip);
    const status = async (authorization?: string) =>
      (await fetch(uri, { method: "POST", headers: authorization === undefined ? {} : { authorization } }))
        .status;
    expect(await status()).toBe(403);
    expect(await status(`Bearer ${functions.idToken("https://elsewhere.invalid")}`)).toBe(401);
    expect(await status("Bearer a.b.c")).toBe(401);
    for (const [name, value] of Object.entries(functions.env)) vi.stubEnv(name, value);
    const invoker = await new GoogleAuth().getIdTokenClient(uri);
    expect(await status((await invoker.getRequestHeaders()).get("authorization") ?? "")).toBe(200);
  });

  it("stream answers as they are written, by instances that are kept", async () => {
    const uri = await deploy(client, "streams", zip);
    const { coldStarts } = functions.counters;
    const response = await post(functions, uri, { pieces: 4, bytes: 1000, pauseMs: 200 });
    const times: number[] = [];
    let bytes = 0;
    for await (const chunk of response.body!) {
      times.push(performance.now());
      bytes += chunk.length;
    }
    expect(bytes).toBe(4005);
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(200);
    await (await post(functions, uri)).text();
    expect(functions.logs("streams")).toMatch(/serving streams 1\nserving streams 2\n$/);
    expect(functions.counters.coldStarts).toBe(coldStarts);
  });

  it("have an instance of their own, wait for one, and are refused in the end", async () => {
    for (const [queueMs, pauseMs, refused] of [
      [20_000, 30, 0],
      [50, 300, 2],
    ] as const) {
      await using own = await mockCloudFunctions({ queueMs });
      const uri = await deploy(functionsClient(own), "busy", zip, { serviceConfig: { maxInstanceCount: 2 } });
      const call = async () => {
        const response = await post(own, uri, { pieces: 4, pauseMs, bytes: 1 });
        return `${response.status} ${(await response.text()).slice(4)}`;
      };
      const answers = await Promise.all(Array.from({ length: 4 }, call));
      expect(answers.filter((answer) => answer === "200 alone")).toHaveLength(4 - refused);
      expect(answers.filter((answer) => answer.startsWith("429"))).toHaveLength(refused);
      expect(own.counters).toMatchObject({ peakConcurrency: 2, coldStarts: 2, throttles: refused });
    }
  });

  it("end when they take too long or too much", async () => {
    const slow = await deploy(client, "slow", zip, { serviceConfig: { timeoutSeconds: 1 } });
    await expect(
      post(functions, slow, { pieces: 50, pauseMs: 100 }).then((each) => each.text()),
    ).rejects.toThrow();
    expect(functions.counters.timeouts).toBe(1);
    const late = await deploy(client, "late", zip, {
      buildConfig: { runtime: "nodejs22", entryPoint: "late" },
      serviceConfig: { timeoutSeconds: 1 },
    });
    expect((await post(functions, late)).status).toBe(504);
    const hungry = await deploy(client, "hungry", zip, { serviceConfig: { availableMemory: "256Mi" } });
    expect((await post(functions, hungry, { hungry: true })).status).toBe(500);
    expect(functions.logs("hungry")).toMatch(/Memory limit of 256 MiB exceeded with \d+ MiB used/);
    expect((await post(functions, hungry)).status).toBe(200);
  });

  it("keep to 32 MB of a request and 10 MB of a stream", async () => {
    const uri = await deploy(client, "large", zip);
    const large = await post(functions, uri, { text: "x".repeat(33 * 1024 * 1024) });
    expect(large.status).toBe(413);
    const fits = await post(functions, uri, { pieces: 10, bytes: 1_000_000 });
    expect((await fits.text()).length).toBe(10_000_005);
    const cut = await post(functions, uri, { pieces: 12, bytes: 1_000_000 });
    await expect(cut.text()).rejects.toThrow();
  });

  it("fail as they are asked to", async () => {
    const uri = await deploy(client, "unlucky", zip);
    const call = async (event: object = {}) => {
      const response = await post(functions, uri, { pieces: 20, bytes: 1000, pauseMs: 2, ...event });
      return response.ok ? (await response.text()).length : response.status;
    };
    functions.faults.add({ kind: "kill", afterBytes: 5500, skip: 1 });
    expect(await call()).toBe(20_005);
    await expect(call()).rejects.toThrow();
    expect(await call()).toBe(20_005);
    functions.faults.add({ kind: "truncate", afterBytes: 5500 });
    await expect(call()).rejects.toThrow();
    functions.faults.add({ kind: "throttle", times: 2 });
    expect([await call(), await call(), await call()]).toEqual([429, 429, 20_005]);
    await expect(call({ exitAt: 10 })).rejects.toThrow();
    expect(await call({ exitAt: 0 })).toBe(503);
    functions.faults.add({ kind: "init-error" });
    expect(await call()).toBe(500);
    expect(await call()).toBe(20_005);

    functions.faults.clear();
    const brief = await deploy(client, "brief", zip, { serviceConfig: { timeoutSeconds: 1 } });
    functions.faults.add({ kind: "stall", afterBytes: 5500, function: "brief" });
    await expect(
      post(functions, brief, { pieces: 20, bytes: 1000 }).then((got) => got.text()),
    ).rejects.toThrow();
    expect(functions.faults.happened.map(({ kind }) => kind)).toEqual(["stall"]);
    expect(functions.counters.timeouts).toBeGreaterThan(0);
  });
});

describe.skipIf(noPythonFramework !== undefined)(
  `Python (${noPythonFramework ?? "by its own framework"})`,
  () => {
    it("runs under the Functions Framework for Python", async () => {
      await using own = await mockCloudFunctions({ interpreters: { python: PYTHON_WITH_FRAMEWORK } });
      const source = await packageOf({
        "main.py": `
import os
def run(request):
    def pieces():
        for piece in range(3):
            yield f"{piece} from {os.environ['K_SERVICE']}\\n"
    return pieces(), 200, {"content-type": "application/octet-stream"}
`,
        "requirements.txt": "functions-framework\n",
      });
      const uri = await deploy(functionsClient(own), "python", source, {
        buildConfig: { runtime: "python312", entryPoint: "run" },
      });
      const response = await post(own, uri);
      expect(await response.text()).toBe("0 from python\n1 from python\n2 from python\n");
    });
  },
);

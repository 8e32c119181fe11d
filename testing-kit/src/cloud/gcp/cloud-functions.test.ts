import { GoogleAuth } from "google-auth-library";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { deploy, functionsClient, PARENT } from "../testing/gcp-clients.js";
import { packageOf } from "../testing/package-of.js";
import { type MockCloudFunctions, mockCloudFunctions } from "./mock-cloud-functions.js";

const FUNCTION = `
import { setTimeout as sleep } from "node:timers/promises";
export const run = async (request: any, response: any) => {
  const { pieces = 1, bytes = 10, pauseMs = 0 } = request.body ?? {};
  console.log("serving", process.env.K_SERVICE, process.env.GREETING);
  for (let piece = 0; piece < pieces; piece += 1) {
    if (pauseMs) await sleep(pauseMs);
    if (!response.write("x".repeat(bytes))) await new Promise((resolve) => response.once("drain", resolve));
  }
  response.end();
};
`;

let functions: MockCloudFunctions;
let zip: Uint8Array;
beforeAll(async () => {
  functions = await mockCloudFunctions();
  zip = await packageOf({ "index.mts": FUNCTION, "package.json": '{"type":"module","main":"index.mjs"}' });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await functions.dispose();
});

it("deploys as Google's client asks, and runs functions under the Functions Framework", async () => {
  const client = functionsClient(functions);
  const uri = await deploy(client, "greets", zip, {
    serviceConfig: { environmentVariables: { GREETING: "hello" } },
  });
  const [found] = await client.getFunction({ name: `${PARENT}/functions/greets` });
  expect(found).toMatchObject({ state: "ACTIVE", serviceConfig: { uri, availableMemory: "512Mi" } });

  expect((await fetch(uri, { method: "POST" })).status).toBe(403);
  for (const [name, value] of Object.entries(functions.env)) vi.stubEnv(name, value);
  const invoker = await new GoogleAuth().getIdTokenClient(uri);
  const headers = await invoker.getRequestHeaders();
  const response = await fetch(uri, {
    method: "POST",
    headers: { authorization: headers.get("authorization")!, "content-type": "application/json" },
    body: JSON.stringify({ pieces: 4, bytes: 1000, pauseMs: 20 }),
  });
  const chunks = [];
  for await (const chunk of response.body!) chunks.push(chunk);
  expect(chunks.length).toBeGreaterThan(2);
  expect(Buffer.concat(chunks).length).toBe(4000);
  expect(functions.logs("greets")).toContain("serving greets hello");
  await expect(client.getFunction({ name: `${PARENT}/functions/other` })).rejects.toThrow("NOT_FOUND");
  await expect(deploy(client, "greets", zip)).rejects.toThrow("ALREADY_EXISTS");
});

import { v2 } from "@google-cloud/functions";
import type { FunctionInput } from "../gcp/cloud-function.js";
import type { MockCloudFunctions } from "../gcp/mock-cloud-functions.js";

export const PARENT = "projects/my-project/locations/us-central1";

/** Google's client of Cloud Functions, for an emulator. */
export function functionsClient(functions: MockCloudFunctions): v2.FunctionServiceClient {
  return new v2.FunctionServiceClient(functions.clientOptions as never);
}

/** Uploads source as a deployer does. */
export async function upload(client: v2.FunctionServiceClient, zip: Uint8Array) {
  const [{ uploadUrl, storageSource }] = await client.generateUploadUrl({ parent: PARENT });
  const response = await fetch(uploadUrl!, {
    method: "PUT",
    headers: { "content-type": "application/zip" },
    body: Buffer.from(zip),
  });
  if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
  return storageSource as { bucket: string; object: string };
}

/** Creates a function and waits for it. @returns its address */
export async function deploy(
  client: v2.FunctionServiceClient,
  functionId: string,
  zip: Uint8Array,
  config: FunctionInput = {},
): Promise<string> {
  const storageSource = await upload(client, zip);
  const [operation] = await client.createFunction({
    parent: PARENT,
    functionId,
    function: {
      environment: "GEN_2",
      ...config,
      buildConfig: {
        runtime: "nodejs22",
        entryPoint: "run",
        source: { storageSource },
        ...config.buildConfig,
      },
      serviceConfig: { availableMemory: "512Mi", timeoutSeconds: 60, ...config.serviceConfig },
    } as never,
  });
  const [deployed] = await operation.promise();
  return deployed.serviceConfig?.uri ?? "";
}

/** Invokes a function as whoever deployed it. */
export function post(functions: MockCloudFunctions, uri: string, event: unknown = {}): Promise<Response> {
  return fetch(uri, {
    method: "POST",
    headers: { authorization: `Bearer ${functions.idToken(uri)}`, "content-type": "application/json" },
    body: JSON.stringify(event),
  });
}

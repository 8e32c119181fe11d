import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A secret store with one secret, as AWS Secrets Manager answers. */
export interface SecretStore {
  /** Members of the secret. */
  values: Readonly<Record<string, string>>;
  /** How the requests so far were signed. */
  readonly signatures: (string | undefined)[];
  /** Variables with which a function finds it. */
  readonly env: Readonly<Record<string, string>>;
}

/** Starts a secret store for a test. */
export async function secretStore(): Promise<SecretStore> {
  const signatures: SecretStore["signatures"] = [];
  const server = createServer((request, response) => {
    signatures.push(request.headers.authorization);
    response.end(JSON.stringify({ SecretString: JSON.stringify(store.values) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const store: SecretStore = {
    values: {},
    signatures,
    env: {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "key",
      AWS_REGION: "eu-central-1",
    },
  };
  return store;
}

import { OWN_IDENTITY } from "./own-identity.js";
import { notFound } from "./secrets.js";

/** Fetches the text of a version of a secret of Google Secret Manager, as the service account of the function may. */
export async function gcpSecret(version: string): Promise<string> {
  const endpoint = process.env.DATIVO_GCP_ENDPOINT || "https://secretmanager.googleapis.com";
  const response = await fetch(`${endpoint.replace(/\/$/, "")}/v1/${version}:access`, {
    headers: { authorization: `Bearer ${await OWN_IDENTITY.gcp()}` },
  });
  const answer = (await response.json().catch(() => ({}))) as {
    payload?: { data?: string };
    error?: { message?: string };
  };
  const data = answer.payload?.data;
  if (response.ok && data !== undefined) return Buffer.from(data, "base64").toString();
  throw notFound(version, answer.error?.message ?? `status ${response.status}`, response.status >= 500);
}

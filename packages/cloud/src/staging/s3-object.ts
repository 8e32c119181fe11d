import { AwsClient } from "aws4fetch";
import type { StoredObject, StoreIdentity } from "./object-store.js";

/** An object of S3, or of what the environment names in its place. */
export function s3Object(
  bucket: string,
  key: string,
  { region, sessionToken, ...keys }: Awaited<ReturnType<StoreIdentity["aws"]>>,
): StoredObject {
  const client = new AwsClient({
    ...keys,
    ...(sessionToken === undefined ? {} : { sessionToken }),
    service: "s3",
    region,
    // A failure is told to those who know what it means.
    retries: 2,
  });
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 || process.env.AWS_ENDPOINT_URL;
  const path = key.split("/").map(encodeURIComponent).join("/");
  // Certificates of the stores hold for no name with further dots.
  const url =
    endpoint !== undefined || bucket.includes(".")
      ? `${(endpoint ?? `https://s3.${region}.amazonaws.com`).replace(/\/$/, "")}/${bucket}/${path}`
      : `https://${bucket}.s3.${region}.amazonaws.com/${path}`;
  return {
    put: (bytes) => client.fetch(url, { method: "PUT", body: bytes as NonNullable<RequestInit["body"]> }),
    get: () => client.fetch(url),
    remove: () => client.fetch(url, { method: "DELETE" }),
  };
}

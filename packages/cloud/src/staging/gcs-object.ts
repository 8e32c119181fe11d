import type { StoredObject } from "./object-store.js";

/** An object of Google Cloud Storage, or of what the environment names in its place. */
export function gcsObject(bucket: string, key: string, token: string): StoredObject {
  const endpoint = (process.env.DATIVO_GCP_ENDPOINT || "https://storage.googleapis.com").replace(/\/$/, "");
  const headers = { authorization: `Bearer ${token}` };
  const name = encodeURIComponent(key);
  const object = `${endpoint}/storage/v1/b/${bucket}/o/${name}`;
  return {
    put: (bytes) =>
      fetch(`${endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=media&name=${name}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/octet-stream" },
        body: bytes as NonNullable<RequestInit["body"]>,
      }),
    get: () => fetch(`${object}?alt=media`, { headers }),
    remove: () => fetch(object, { method: "DELETE", headers }),
  };
}

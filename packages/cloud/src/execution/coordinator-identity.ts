import type { StoreIdentity } from "../staging/object-store.js";

/** Whoever runs the job, as the providers' own tools find out. */
export const COORDINATOR_IDENTITY: StoreIdentity = {
  aws: async () => {
    const { S3Client } = await import("@aws-sdk/client-s3");
    const { config } = new S3Client({});
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    return { accessKeyId, secretAccessKey, sessionToken, region: await config.region() };
  },
  gcp: async () => {
    const { GoogleAuth } = await import("google-auth-library");
    const auth = new GoogleAuth({ scopes: "https://www.googleapis.com/auth/devstorage.read_write" });
    return (await auth.getAccessToken()) ?? "";
  },
};

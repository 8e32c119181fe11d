import type { StoreIdentity } from "../staging/object-store.js";

/** The role or service account of the function. */
export const OWN_IDENTITY: StoreIdentity = {
  aws: async () => {
    const { env } = process;
    return {
      accessKeyId: env.AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? "",
      sessionToken: env.AWS_SESSION_TOKEN,
      region: env.AWS_REGION ?? "us-east-1",
    };
  },
  // The metadata server inside Google's network hands out tokens of the service account that asks.
  gcp: async () => {
    const host = process.env.GCE_METADATA_HOST || "metadata.google.internal";
    const response = await fetch(
      `http://${host}/computeMetadata/v1/instance/service-accounts/default/token`,
      {
        headers: { "metadata-flavor": "Google" },
      },
    );
    return ((await response.json()) as { access_token: string }).access_token;
  },
};

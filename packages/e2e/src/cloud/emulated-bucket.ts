import { CreateBucketCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { EmulatedProvider } from "./providers.js";

/** A bucket of an emulated provider. */
export interface EmulatedBucket {
  /** Names of the objects in it. */
  names(): Promise<readonly string[]>;
}

/** Makes a bucket. */
export function emulatedBucket(provider: EmulatedProvider, name: string): Promise<EmulatedBucket> {
  return provider.name === "aws" ? s3Bucket(provider, name) : gcsBucket(provider, name);
}

async function s3Bucket({ emulator }: EmulatedProvider, Bucket: string): Promise<EmulatedBucket> {
  const s3 = new S3Client({
    endpoint: emulator.endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "any", secretAccessKey: "any" },
    forcePathStyle: true,
  });
  await s3.send(new CreateBucketCommand({ Bucket }));
  return {
    names: async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      return Contents.map(({ Key = "" }) => Key);
    },
  };
}

async function gcsBucket({ env }: EmulatedProvider, name: string): Promise<EmulatedBucket> {
  const token = await fetch(
    `http://${env.GCE_METADATA_HOST}/computeMetadata/v1/instance/service-accounts/default/token`,
    { headers: { "metadata-flavor": "Google" } },
  );
  const { access_token } = (await token.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${access_token}`, "content-type": "application/json" };
  const base = `${env.DATIVO_GCP_ENDPOINT}/storage/v1/b`;
  const made = await fetch(`${base}?project=my-project`, {
    method: "POST",
    headers,
    body: JSON.stringify({ name }),
  });
  if (!made.ok) throw new Error(`The bucket ${name} was not made: ${made.status} ${await made.text()}`);
  return {
    names: async () => {
      const listed = await fetch(`${base}/${name}/o`, { headers });
      const { items = [] } = (await listed.json()) as { items?: readonly { name: string }[] };
      return items.map((item) => item.name);
    },
  };
}

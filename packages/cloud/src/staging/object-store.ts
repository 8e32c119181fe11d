import { DativoError, isDativoError } from "@dativo/protocol";
import { gcsObject } from "./gcs-object.js";
import { s3Object } from "./s3-object.js";

/** Who one is, for the providers' object stores. */
export interface StoreIdentity {
  aws(): Promise<{
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string | undefined;
    readonly region: string;
  }>;
  /** A token for the scope of object storage. */
  gcp(): Promise<string>;
}

/** An object of a store, by its address. */
export interface StoredObject {
  put(bytes: Uint8Array): Promise<Response>;
  get(): Promise<Response>;
  remove(): Promise<Response>;
}

/** Where records are put that a request or a response has no room for. */
export class ObjectStore {
  constructor(private readonly identity: StoreIdentity) {}

  /** @throws DativoError `CONNECTION_FAILED`, `TARGET_UNWRITABLE` */
  async put(address: string, bytes: Uint8Array): Promise<void> {
    await this.ask(address, "written", (object) => object.put(bytes));
  }

  /** @throws DativoError `CONNECTION_FAILED`, `TARGET_UNWRITABLE` */
  async get(address: string): Promise<Uint8Array> {
    const response = await this.ask(address, "read", (object) => object.get());
    return new Uint8Array(await response.arrayBuffer());
  }

  /** @throws DativoError `CONNECTION_FAILED`, `TARGET_UNWRITABLE` */
  async remove(address: string): Promise<void> {
    await this.ask(address, "removed", (object) => object.remove());
  }

  private async ask(
    address: string,
    done: string,
    work: (object: StoredObject) => Promise<Response>,
  ): Promise<Response> {
    try {
      const response = await work(await this.object(address));
      if (response.ok) return response;
      throw unusable(address, done, await said(response), response.status >= 500 || response.status === 429);
    } catch (error) {
      if (isDativoError(error)) throw error;
      const { message, cause } = error as Error;
      throw unusable(address, done, cause instanceof Error ? `${message} (${cause.message})` : message, true);
    }
  }

  private async object(address: string): Promise<StoredObject> {
    const [, scheme, bucket = "", key = ""] = /^(s3|gs):\/\/([^/]+)\/(.+)$/s.exec(address) ?? [];
    if (scheme === "s3") return s3Object(bucket, key, await this.identity.aws());
    if (scheme === "gs") return gcsObject(bucket, key, await this.identity.gcp());
    throw unusable(address, "used", "it is neither s3://bucket/key nor gs://bucket/key", false);
  }
}

/** Where an object lies below a prefix such as `s3://bucket/prefix`. */
export function objectAddress(prefix: string, ...names: readonly string[]): string {
  return [prefix.replace(/\/+$/, ""), ...names.map(encodeURIComponent)].join("/");
}

async function said(response: Response): Promise<string> {
  const text = await response.text().catch(() => "");
  const [, code, message] = /<Code>([^<]*)<\/Code>(?:.*?<Message>([^<]*)<\/Message>)?/s.exec(text) ?? [];
  return code === undefined
    ? `status ${response.status} ${text.slice(0, 200)}`.trim()
    : `${code} ${message ?? ""}`;
}

function unusable(address: string, done: string, problem: string, passes: boolean): DativoError {
  return new DativoError({
    code: passes ? "CONNECTION_FAILED" : "TARGET_UNWRITABLE",
    message: `${address} cannot be ${done}: ${problem}`,
    hint: "See that the bucket of cloud_execution.staging exists, and that the function's role and you may use it.",
    details: { address },
  });
}

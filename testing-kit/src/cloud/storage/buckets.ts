import { createHash } from "node:crypto";

/** An object in a bucket. */
export interface StoredObject {
  readonly body: Buffer;
  readonly contentType: string;
  /** Metadata of the user. */
  readonly metadata: Readonly<Record<string, string>>;
  /** MD5 of the content, in hexadecimal. */
  readonly md5: string;
  /** Grows with each write of any object. */
  readonly generation: number;
  readonly updated: Date;
}

/** Buckets with objects, in memory. */
export class Buckets {
  private readonly buckets = new Map<string, Map<string, StoredObject>>();
  private generation = Date.now() * 1000;

  /** Names of all. */
  get names(): readonly string[] {
    return [...this.buckets.keys()];
  }

  has(bucket: string): boolean {
    return this.buckets.has(bucket);
  }

  /** @returns whether it is new */
  create(bucket: string): boolean {
    if (this.buckets.has(bucket)) return false;
    this.buckets.set(bucket, new Map());
    return true;
  }

  remove(bucket: string): void {
    this.buckets.delete(bucket);
  }

  get(bucket: string, key: string): StoredObject | undefined {
    return this.buckets.get(bucket)?.get(key);
  }

  put(
    bucket: string,
    key: string,
    body: Buffer,
    contentType = "application/octet-stream",
    metadata: Readonly<Record<string, string>> = {},
  ): StoredObject {
    this.generation += 1;
    const stored = {
      body,
      contentType,
      metadata,
      md5: createHash("md5").update(body).digest("hex"),
      generation: this.generation,
      updated: new Date(),
    };
    this.create(bucket);
    this.buckets.get(bucket)?.set(key, stored);
    return stored;
  }

  /** @returns whether it was there */
  delete(bucket: string, key: string): boolean {
    return this.buckets.get(bucket)?.delete(key) ?? false;
  }

  /** Objects whose key begins with a prefix, by key in the order of their bytes. */
  list(bucket: string, prefix = ""): readonly (readonly [key: string, object: StoredObject])[] {
    return [...(this.buckets.get(bucket) ?? [])]
      .filter(([key]) => key.startsWith(prefix))
      .sort(([left], [right]) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  }
}

import type { FileMetadata, Http, Row, WriteMode, WriteResult } from "@dativo/sdk";

/** How staged batches become visible. */
export interface Publication {
  readonly token: string;
  readonly mode: WriteMode;
  /** Whether the object is complete; `replace` takes effect then. */
  readonly final: boolean;
  /** Columns that identify a record, for `merge`. */
  readonly key: readonly string[];
}

/**
 * Sends the batches of one object to the API, where nobody sees them until they are published.
 *
 * A batch is staged under a receipt that holds the run, so that what a crashed run left can be found, and the token and
 * the number of batches so far, which no other batch has: in a cloud function each batch meets an outbox of its own.
 */
export class Outbox {
  readonly #http: Http;
  readonly #object: string;
  readonly #run: string;

  constructor(http: Http, object: string, run: string) {
    this.#http = http;
    this.#object = object;
    this.#run = run;
  }

  /** Version of the API; fails when the address or the credentials are wrong. */
  async version(): Promise<string> {
    const { version } = await this.#http.json<{ version: string }>("/version");
    return version;
  }

  /** Hands a batch over; the API may refuse single records. */
  async stage(rows: readonly Row[], token: string, fileCounter: number): Promise<WriteResult> {
    if (rows.length === 0) return { files: [] };
    const path = `${this.#run}/${token}/${fileCounter}`;
    const { rejected = [] } = await this.#http.json<{ rejected?: { index: number; reason: string }[] }>(
      "/staged",
      {
        method: "PUT",
        query: { object: this.#object, receipt: path },
        headers: { "content-type": "application/json" },
        body: JSON.stringify(rows, exact),
      },
    );
    return { files: [{ path, recordCount: rows.length - rejected.length }], rejected };
  }

  /** Makes staged batches visible. */
  async publish(files: readonly FileMetadata[], publication: Publication): Promise<void> {
    await this.#http("/published", {
      query: { object: this.#object },
      json: { ...publication, run: this.#run, receipts: files.map(({ path }) => path) },
      // The token makes repeating it harmless.
      idempotent: true,
    });
  }

  /** Forgets staged batches; a receipt that ends in `/` stands for all below it. */
  async discard(receipts: readonly string[]): Promise<void> {
    for (const receipt of receipts)
      await this.#http("/staged", { method: "DELETE", query: { object: this.#object, receipt } });
  }
}

/** Integers beyond 2^53 as text, since JSON numbers would round them. */
function exact(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

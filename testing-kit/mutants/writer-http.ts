/** A writer that sends batches to an API, which publishes them by token. */
import { defineWriter, type FileMetadata, type Row, secret } from "@dativo/sdk";
import { z } from "zod";

export default defineWriter({
  name: "people-api",
  version: "1.2.3",
  config: {
    connection: z.object({ base_url: z.url() }),
    credentials: z.object({ api_key: secret() }),
  },
  idempotentCommit: true,
  open: ({ config, http, object, run, signal }) =>
    new Sender(
      config.connection.base_url,
      config.credentials.api_key.reveal(),
      `/${encodeURIComponent(object)}`,
      run.id,
      signal,
      http,
    ),
  check: async ({ client }) => {
    await client.send("GET", "/me");
    return { success: true, message: "The key is valid." };
  },
  write: ({ client, batch, token }) => client.stage(batch.rows(), token),
  commit: ({ client, files, token }) => client.publish(files, token),
  abort: ({ client, files, scope, runId }) =>
    client.discard(scope === "run" ? [{ path: String(runId) }] : files),
});

class Sender {
  private batches = 0;

  constructor(
    private readonly baseUrl: string,
    private readonly key: string,
    private readonly object: string,
    private readonly run: string,
    private readonly signal: AbortSignal,
    private readonly http: (url: string, init: object) => Promise<{ json(): Promise<unknown> }>,
  ) {}

  async stage(rows: readonly Row[], token: string): Promise<FileMetadata[]> {
    if (rows.length === 0) return [];
    this.batches += 1;
    const path = `${this.run}/${token}/${this.batches}`;
    await this.send("PUT", `/staged${this.object}?receipt=${encodeURIComponent(path)}`, rows);
    return [{ path, recordCount: rows.length }];
  }

  async publish(files: readonly FileMetadata[], token: string): Promise<void> {
    await this.send(
      "POST",
      `/published${this.object}?token=${encodeURIComponent(token)}`,
      files.map(({ path }) => path),
    );
  }

  async discard(files: readonly { readonly path: string }[]): Promise<void> {
    for (const { path } of files)
      await this.send("DELETE", `/staged${this.object}?receipt=${encodeURIComponent(path)}`);
  }

  async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await this.http(`${this.baseUrl}${path}`, {
      method,
      signal: this.signal,
      idempotent: true,
      headers: { authorization: `Bearer ${this.key}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body, exact) }),
    });
    return response.json();
  }
}

function exact(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? value.toString() : value;
}

import { z } from "zod";
import { defineWriter, type FileMetadata, type InferConfig, type Row } from "../src/index.js";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const assertType = <T extends true>(): T | undefined => undefined;

class Outbox {
  constructor(readonly url: string) {}
  async stage(rows: readonly Row[]): Promise<FileMetadata[]> {
    return [{ path: this.url, recordCount: rows.length }];
  }
  async publish(files: readonly FileMetadata[], token: string) {
    return { filesAdded: files.length, token };
  }
  async discard(_files: readonly FileMetadata[]) {}
}

const writer = defineWriter({
  name: "webhook",
  config: { connection: z.object({ url: z.url() }) },
  accepts: ["rows"],
  open: ({ config, http, run }) => {
    http(config.connection.url);
    assertType<Equal<typeof run.id, string>>();
    // @ts-expect-error no such key in the configuration
    config.connection.uri;
    return new Outbox(config.connection.url);
  },
  write: async ({ client, batch }) => client.stage(batch.rows()),
  commit: async ({ client, files, token }) => client.publish(files, token),
  abort: async ({ client, files }) => client.discard(files),
});
assertType<Equal<InferConfig<typeof writer>, { readonly connection: { url: string } }>>();

defineWriter({
  name: "x",
  open: () => new Outbox("x"),
  // @ts-expect-error no such method of the client
  write: async ({ client, batch }) => client.store(batch.rows()),
  commit: async () => undefined,
  abort: async () => undefined,
});

defineWriter({
  name: "x",
  // @ts-expect-error what is written has no path
  write: async () => ({ files: [{ recordCount: 1 }] }),
  commit: async () => undefined,
  abort: async () => undefined,
});

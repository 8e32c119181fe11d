import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin, WriteRequest, WriterOpen } from "@dativo/protocol";
import { encodeRows } from "@dativo/protocol";

/** How a writer by tokens behaves. */
export interface TokenWriterOptions {
  /** Called with what stages a batch: may stage it later, or more than once. */
  readonly staging?: (stage: () => Promise<void>) => Promise<void>;
}

/**
 * A writer that knows nothing but tokens: what it stages lies below its token, a commit publishes all that lies there,
 * and discarding removes it. So it holds what tokens promise, and what a writer that goes by file names would hide.
 */
export function tokenWriter(options: TokenWriterOptions = {}): Plugin {
  const { staging = (stage) => stage() } = options;
  return {
    spec: {
      name: "tokens",
      kind: "writer",
      version: "1.0.0",
      api: 1,
      accepts: ["rows"],
      modes: ["append"],
      idempotentCommit: true,
    },
    async openReader(): Promise<never> {
      throw new Error("not a reader");
    },
    async openWriter({ outputBase, object }: WriterOpen) {
      const place = (token: string) => join(outputBase, ".staging", ...token.split("/"));
      const stage = async ({ data, token }: WriteRequest) => {
        if (data.form !== "rows") throw new Error(data.form);
        const text = data.rows.map((row) => new TextDecoder().decode(encodeRows([row])).slice(1, -1));
        await mkdir(place(token), { recursive: true });
        await writeFile(join(place(token), `${randomUUID()}.jsonl`), `${text.join("\n")}\n`);
      };
      return {
        check: async () => ({ success: true, message: "ok" }),
        async write(request: WriteRequest) {
          await staging(() => stage(request));
          return { files: [] };
        },
        flush: async () => ({ files: [] }),
        async commit({ token }) {
          const names = await readdir(place(token)).catch(() => []);
          await mkdir(join(outputBase, object), { recursive: true });
          for (const name of names) await rename(join(place(token), name), join(outputBase, object, name));
          await rm(place(token), { recursive: true, force: true });
          return { status: "success", files_added: names.length };
        },
        async abort(request) {
          const of = request.scope === "run" ? place(`${request.runId}/${object}`) : place(request.token);
          await rm(of, { recursive: true, force: true, maxRetries: 5 });
        },
        close: async () => undefined,
      };
    },
    close: async () => undefined,
  };
}

/** Files that lie below tokens. */
export async function stagedByToken(outputBase: string): Promise<readonly string[]> {
  const entries = await readdir(join(outputBase, ".staging"), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
}

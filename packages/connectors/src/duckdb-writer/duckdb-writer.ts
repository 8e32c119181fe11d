import { resolve } from "node:path";
import { DativoError, defineWriter } from "@dativo/sdk";
import { z } from "zod";
import { duckDbTargetConnectionSchema } from "../duckdb/database-file.js";
import { stagedPath } from "../files-writer/staged-file.js";
import { DuckDbTarget } from "./duckdb-target.js";

/** `target.engine.options` of DuckDB targets. */
export const duckDbTargetOptionsSchema = z.looseObject({
  buffer_mb: z
    .number()
    .min(1)
    .max(1024)
    .default(32)
    .describe(
      "Megabytes of columns gathered in memory before they are staged as a file; at most twice as much is held.",
    ),
});

/**
 * The writer of DuckDB database files: append, replace, or merge by key, exactly once.
 */
export const duckDbWriter = defineWriter({
  name: "duckdb",
  version: "1.0.0",
  description: "Writes tables of a DuckDB database file.",
  config: { connection: duckDbTargetConnectionSchema, options: duckDbTargetOptionsSchema },
  modes: ["append", "replace", "merge"],
  accepts: ["relation", "native", "arrow"],
  idempotentCommit: true,
  singleProcess: true,
  open: ({ config, target, asset, object, mode, projectRoot, run }) =>
    DuckDbTarget.open({
      path: resolve(projectRoot, config.connection.path),
      schema: config.connection.schema,
      object,
      runId: run.id,
      mode,
      key: target.key ?? asset.schema?.key,
      bufferMb: config.options.buffer_mb,
    }),
  check: ({ config }) => ({ success: true, message: `${config.connection.path} can be written to.` }),
  write: ({ client, batch: { data }, fileCounter, signal }) => {
    if (data.form === "rows" || data.form === "json")
      throw new DativoError({
        code: "ABI_VIOLATION",
        message: `The writer duckdb was given a batch in the form ${data.form}, which it does not accept.`,
      });
    return client.write(data, fileCounter, signal);
  },
  flush: ({ client, signal }) => client.flush(signal),
  commit: async ({ client, files, token, final, schema }) => {
    await client.commit(
      files.map((file) => stagedPath(file, client.layout)),
      { token, final, schema },
    );
    return { status: "success", filesAdded: files.length };
  },
  abort: ({ client, scope, files }) =>
    client.abort(scope === "run" ? "run" : files.map((file) => stagedPath(file, client.layout))),
});

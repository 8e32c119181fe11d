import { DativoError, defineWriter, type OpenWriterContext } from "@dativo/sdk";
import type { FileFormat } from "../files/file-format.js";
import { checkFolder } from "./check-folder.js";
import { FileLayout } from "./file-layout.js";
import {
  type FilesTargetOptions,
  filesTargetConnectionSchema,
  filesTargetOptionsSchema,
} from "./files-options.js";
import { FilesTarget } from "./files-target.js";
import { stagedPath } from "./staged-file.js";

/** Megabytes that a file has when the job names no size. */
const DEFAULT_TARGET_MB = 256;

const config = { connection: filesTargetConnectionSchema, options: filesTargetOptionsSchema };

/** What an open writer of files holds. */
interface OpenTarget {
  readonly layout: FileLayout;
  readonly target: FilesTarget;
  close(): Promise<void>;
}

/**
 * The writer of files of one format: one folder an object, one set of files a commit.
 */
export function filesWriter(format: FileFormat) {
  return defineWriter({
    name: format,
    version: "1.0.0",
    description: `Writes ${format} files.`,
    config,
    modes: ["append", "replace"],
    accepts: format === "arrow" ? ["arrow"] : ["relation", "native", "arrow"],
    idempotentCommit: true,
    open: (context) => openTarget(format, context),
    check: async ({ outputBase }) => ({ success: true, message: await checkFolder(outputBase) }),
    write: async ({ client, batch, fileCounter, signal }) => {
      const { data } = batch;
      if (data.form === "rows" || data.form === "json") throw unexpectedForm(format, data.form);
      return client.target.write(data, fileCounter, signal);
    },
    flush: ({ client, signal }) => client.target.flush(signal),
    commit: async ({ client, files, final }) => {
      await client.target.commit(
        files.map((file) => stagedPath(file, client.layout)),
        final,
      );
      return { status: "success", filesAdded: files.length };
    },
    abort: ({ client, scope, files }) =>
      client.target.abort(scope === "run" ? "run" : files.map((file) => stagedPath(file, client.layout))),
  });
}

function openTarget(format: FileFormat, context: OpenWriterContext<typeof config>): OpenTarget {
  const {
    config: { options },
    target,
    mode,
    object,
    outputBase,
    run,
  } = context;
  if (mode === "merge") throw unsupportedMode(format);
  checkOptions(format, options, target.partitioning);
  const layout = new FileLayout(outputBase, object, run.id);
  const targetMb = options.target_size_mb ?? target.parquetTargetSizeMb ?? DEFAULT_TARGET_MB;
  const files = new FilesTarget(layout, {
    format,
    options,
    partitioning: target.partitioning,
    targetBytes: Math.round(targetMb * 1_000_000),
    replaces: mode === "replace",
  });
  return { layout, target: files, close: () => files.close() };
}

function checkOptions(
  format: FileFormat,
  { compression }: FilesTargetOptions,
  partitioning: readonly string[],
): void {
  if (format === "arrow" && (compression ?? "none") !== "none")
    throw optionError(format, "target.engine.options.compression", "none", String(compression));
  if (format !== "parquet" && compression === "snappy")
    throw optionError(format, "target.engine.options.compression", "zstd, gzip or none", "snappy");
  if (format === "arrow" && partitioning.length > 0)
    throw optionError(
      format,
      "target.partitioning",
      "none: Arrow files are not partitioned",
      partitioning.join(", "),
    );
}

function optionError(format: FileFormat, path: string, expected: string, got: string): DativoError {
  return new DativoError({
    code: "CONFIGURATION_ERROR",
    message: `The writer ${format} cannot work with this configuration:\n  ${path}: expected ${expected}, got ${got}`,
    details: { issues: [{ path, expected, got }] },
  });
}

function unsupportedMode(format: FileFormat): DativoError {
  return new DativoError({
    code: "CONFIGURATION_ERROR",
    message: `target.mode: merge is not possible with ${format} files, which cannot be changed in place.`,
    hint: "Use mode: append or mode: replace, or a target of type duckdb, which knows append, replace and merge.",
  });
}

function unexpectedForm(format: FileFormat, form: string): DativoError {
  return new DativoError({
    code: "ABI_VIOLATION",
    message: `The writer ${format} was given a batch in the form ${form}, which it does not accept.`,
  });
}

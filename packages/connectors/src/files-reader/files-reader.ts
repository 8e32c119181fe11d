import { batch, DativoError, defineReader, position } from "@dativo/sdk";
import { z } from "zod";
import type { FileFormat } from "../files/file-format.js";
import type { SourceFile } from "../scan/file-scanner.js";
import { schemaForFile } from "../schema/file-schema.js";
import { fileSourceConnectionSchema } from "./file-entry.js";
import { FilePosition } from "./file-position.js";
import { FilesClient } from "./files-client.js";

/**
 * The reader of files of one format.
 *
 * Each file is an increment: a later run reads those that are new or have changed.
 */
export function filesReader(format: FileFormat) {
  return defineReader({
    name: format,
    version: "1.0.0",
    description: `Reads ${format} files.`,
    config: { connection: fileSourceConnectionSchema },
    open: ({ source, projectRoot, log }) =>
      new FilesClient(format, source, projectRoot, (message) => log.warn(message)),
    check: async ({ client, signal }) => {
      const objects = await client.objects();
      const files = [...objects.values()].flat();
      for (const [first] of objects.values()) if (first !== undefined) await client.fileSchema(first, signal);
      return { success: true, message: `${files.length} ${format} files in ${objects.size} objects.` };
    },
    objects: async ({ client, source, signal }) => {
      const objects = await client.objects();
      const wanted =
        source.objects.length === 0
          ? [...objects.keys()]
          : source.objects.filter((name) => objects.has(name));
      const described: Record<string, ReturnType<typeof objectOf>> = {};
      for (const [name, files] of objects) {
        const fields = wanted.includes(name) ? (await client.objectSchema(files, signal)).fields : undefined;
        described[name] = objectOf(client, name, files, fields);
      }
      return described;
    },
  });
}

type Fields = Awaited<ReturnType<FilesClient["objectSchema"]>>["fields"];

interface ReadRequest {
  readonly position: unknown;
  readonly signal: AbortSignal;
  readonly log: { warn(message: string): void };
}

function objectOf(
  client: FilesClient,
  name: string,
  files: readonly SourceFile[],
  fields: Fields | undefined,
) {
  return {
    type: "file",
    ...(fields === undefined || fields.length === 0 ? {} : { fields }),
    position: z.unknown(),
    read: ({ position: from, signal, log }: ReadRequest) =>
      readFiles(client, name, files, FilePosition.from(from as never), { signal, log }),
    estimate: async ({ signal }: { readonly signal: AbortSignal }) => {
      const context = await client.context(signal);
      let sum = 0;
      for (const file of files) {
        const count = await client.scanner.count(file, context);
        if (count === null) return null;
        sum += count;
      }
      return sum;
    },
  };
}

async function* readFiles(
  client: FilesClient,
  object: string,
  files: readonly SourceFile[],
  start: FilePosition,
  { signal, log }: Pick<ReadRequest, "signal" | "log">,
) {
  const context = await client.context(signal);
  const schema = await client.objectSchema(files, signal);
  let at = start;
  for (const source of files) {
    const skip = recordsToSkip(at, source, object, log);
    if (skip === undefined) continue;
    const { file } = source;
    const fileSchema = await client.fileSchema(source, signal);
    if (fileSchema !== undefined) {
      for await (const { data, recordsAfter } of client.scanner.scan(
        source,
        schemaForFile(schema, fileSchema),
        skip,
        context,
      )) {
        yield batch(data);
        if (recordsAfter !== undefined) yield position(at.after(file, recordsAfter).toJson());
      }
    }
    at = at.after(file);
    yield position(at.toJson());
  }
}

/** Records of a file that were read before; undefined when the file is to be left out. */
function recordsToSkip(
  at: FilePosition,
  { file, entry }: SourceFile,
  object: string,
  log: ReadRequest["log"],
): number | undefined {
  const status = at.status(file);
  if (status.kind === "done") return undefined;
  if (status.kind === "begun") return status.records;
  if (status.kind === "new") return 0;
  if (entry.changed === "error")
    throw new DativoError({
      code: "SOURCE_UNREADABLE",
      message: `${file.name} of ${object} has changed since it was read.`,
      hint: "Set changed: reread to read it whole again, or changed: skip to leave it out.",
    });
  log.warn(
    `${file.name} of ${object} has changed since it was read: it is ${entry.changed === "skip" ? "left out" : "read whole again"}.`,
  );
  return entry.changed === "skip" ? undefined : 0;
}

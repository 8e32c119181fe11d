import type { FileMetadata, Json, TableSchema } from "@dativo/protocol";
import { fileMetadataSchema } from "@dativo/protocol";
import { z } from "zod";
import { storedJson } from "./stored-json.js";
import { restoreSchema, storedSchemaSchema, storeSchema } from "./stored-schema.js";

/** Where the records of one object went. */
export interface RecordCounts {
  readonly read: number;
  readonly written: number;
  readonly filtered: number;
  readonly deduplicated: number;
  readonly rejected: number;
}

/** A commit that is about to be made, with all that is needed to make it again. */
export interface PrepareRecord {
  readonly type: "prepare";
  readonly sequence: number;
  readonly object: string;
  readonly token: string;
  readonly files: readonly FileMetadata[];
  readonly state: Json;
  /** Files the object will have had after this commit, over all runs. */
  readonly fileCounter: number;
  readonly schema: TableSchema;
  /** Counts of the object since the start of the run, this commit included. */
  readonly counts: RecordCounts;
  readonly final: boolean;
  /** Bytes of the dead-letter file that belong to this and earlier commits. */
  readonly deadLetterBytes: number;
  /** What the engine wants back on resume, such as coercions and dropped fields. */
  readonly extra?: Json;
}

/** One line of a journal. */
export type JournalRecord =
  | {
      readonly type: "run_started";
      readonly runId: string;
      readonly job: string;
      readonly jobFile: string;
      readonly kind: string;
    }
  | { readonly type: "resumed" }
  | PrepareRecord
  | { readonly type: "committed"; readonly token: string }
  | { readonly type: "aborted"; readonly token: string; readonly reason?: string }
  | { readonly type: "object_done"; readonly object: string }
  | { readonly type: "run_finished"; readonly status: string };

/** A journal line as it is stored, with the ISO 8601 time at which it was appended. */
export type StoredJournalRecord = JournalRecord & { readonly at: string };

const count = z.int().min(0);
const line = { at: z.string() };

const storedRecord = z.discriminatedUnion("type", [
  z.object({
    ...line,
    type: z.literal("run_started"),
    run_id: z.string(),
    job: z.string(),
    job_file: z.string(),
    kind: z.string(),
  }),
  z.object({ ...line, type: z.literal("resumed") }),
  z.object({
    ...line,
    type: z.literal("prepare"),
    sequence: count,
    object: z.string(),
    token: z.string(),
    files: z.array(fileMetadataSchema),
    state: storedJson,
    file_counter: count,
    schema: storedSchemaSchema,
    counts: z.object({ read: count, written: count, filtered: count, deduplicated: count, rejected: count }),
    final: z.boolean(),
    dead_letter_bytes: count,
    extra: storedJson.optional(),
  }),
  z.object({ ...line, type: z.literal("committed"), token: z.string() }),
  z.object({ ...line, type: z.literal("aborted"), token: z.string(), reason: z.string().optional() }),
  z.object({ ...line, type: z.literal("object_done"), object: z.string() }),
  z.object({ ...line, type: z.literal("run_finished"), status: z.string() }),
]);

/** The JSON value of a journal line. */
export function storeRecord(record: StoredJournalRecord): object {
  switch (record.type) {
    case "run_started": {
      const { runId, jobFile, ...rest } = record;
      return { ...rest, run_id: runId, job_file: jobFile };
    }
    case "prepare": {
      const { fileCounter, deadLetterBytes, schema, ...rest } = record;
      return {
        ...rest,
        file_counter: fileCounter,
        dead_letter_bytes: deadLetterBytes,
        schema: storeSchema(schema),
      };
    }
    default:
      return record;
  }
}

/**
 * Reads the JSON value of a journal line; the inverse of `storeRecord`.
 *
 * @throws ZodError, DativoError when it is none
 */
export function restoreRecord(value: unknown): StoredJournalRecord {
  const record = storedRecord.parse(value);
  switch (record.type) {
    case "run_started": {
      const { run_id, job_file, ...rest } = record;
      return { ...rest, runId: run_id, jobFile: job_file };
    }
    case "prepare": {
      const { file_counter, dead_letter_bytes, schema, state, extra, ...rest } = record;
      return {
        ...rest,
        state,
        fileCounter: file_counter,
        deadLetterBytes: dead_letter_bytes,
        schema: restoreSchema(schema),
        ...(extra === undefined ? {} : { extra }),
      };
    }
    case "aborted": {
      const { reason, ...rest } = record;
      return reason === undefined ? rest : { ...rest, reason };
    }
    default:
      return record;
  }
}

import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DativoError, type Json, type TableSchema } from "@dativo/protocol";
import { z } from "zod";
import { replaceFile } from "./durable-file.js";
import { fileError, isMissing } from "./file-error.js";
import { jobFileName } from "./job-file-name.js";
import { storedJson } from "./stored-json.js";
import { restoreSchema, storedSchemaSchema, storeSchema } from "./stored-schema.js";

/** What is durable about one object of a job. */
export interface ObjectState {
  /** Position of the reader; null when the object has none (a snapshot). */
  readonly state: Json;
  /** Files the object has had so far, over all runs. */
  readonly fileCounter: number;
  /** The same for each partition of the object, which counts by itself, by its id. */
  readonly partitionFiles?: Readonly<Record<string, number>>;
  /** Schema of the last commit. */
  readonly schema?: TableSchema;
  /** Run of the last commit. */
  readonly runId: string;
  /** Number of the last commit within that run. */
  readonly sequence: number;
}

/** Version of the state file's form. */
const STATE_VERSION = 1;

const storedObject = z.object({
  state: storedJson,
  file_counter: z.int().min(0),
  partition_files: z.record(z.string(), z.int().min(0)).optional(),
  schema: storedSchemaSchema.optional(),
  run_id: z.string(),
  sequence: z.int().min(0),
});

const storedState = z.object({
  version: z.literal(STATE_VERSION),
  job: z.string(),
  updated_at: z.string(),
  objects: z.record(z.string(), storedObject),
  checksum: z.string(),
});

type StoredObjects = Record<string, z.infer<typeof storedObject>>;

/**
 * The state of one job, in one file that is replaced atomically; the copy before it is kept as `.bak`.
 *
 * @example
 * const store = new StateStore({ stateDir: job.stateDir, jobKey: job.key });
 * (await store.get("quakes"))?.state
 */
export class StateStore {
  /** Absolute path of the file. */
  readonly file: string;
  private readonly jobKey: string;
  private pending: Promise<unknown> = Promise.resolve();

  constructor(options: { readonly stateDir: string; readonly jobKey: string }) {
    this.jobKey = options.jobKey;
    this.file = join(options.stateDir, "state", `${jobFileName(options.jobKey)}.json`);
  }

  /** Absolute path of the copy before the last change. */
  get backupFile(): string {
    return `${this.file}.bak`;
  }

  /**
   * State of every object.
   *
   * @throws DativoError `STATE_CORRUPT` naming the file and its copy, `STATE_VERSION_NEWER`
   */
  async read(): Promise<Readonly<Record<string, ObjectState>>> {
    return Object.fromEntries(
      Object.entries(await this.load()).map(([name, stored]) => [name, this.restored(stored)]),
    );
  }

  /** State of one object. */
  async get(object: string): Promise<ObjectState | undefined> {
    const objects = await this.read();
    return Object.hasOwn(objects, object) ? objects[object] : undefined;
  }

  /** Sets the state of one object; durable when it returns. */
  async set(object: string, state: ObjectState): Promise<void> {
    await this.change((objects) => [...objects.filter(([name]) => name !== object), [object, stored(state)]]);
  }

  /** Forgets one object, or all; returns the names forgotten. */
  async reset(object?: string): Promise<readonly string[]> {
    let forgotten: string[] = [];
    await this.change((objects) => {
      forgotten = objects.map(([name]) => name).filter((name) => object === undefined || name === object);
      return forgotten.length === 0 ? undefined : objects.filter(([name]) => !forgotten.includes(name));
    });
    return forgotten;
  }

  /** Forgets everything without reading it, for a file that cannot be read; the copy before it is kept. */
  async discard(): Promise<void> {
    await this.after(() => this.save({}));
  }

  private async change(
    edit: (objects: [string, StoredObjects[string]][]) => [string, StoredObjects[string]][] | undefined,
  ): Promise<void> {
    await this.after(async () => {
      const changed = edit(Object.entries(await this.load()));
      if (changed !== undefined) await this.save(Object.fromEntries(changed));
    });
  }

  /** Changes follow one another, so that none is made to what another is about to replace. */
  private after<T>(work: () => Promise<T>): Promise<T> {
    const result = this.pending.then(work, work);
    this.pending = result.catch(() => undefined);
    return result;
  }

  private async save(objects: StoredObjects): Promise<void> {
    const content = {
      version: STATE_VERSION,
      job: this.jobKey,
      updated_at: new Date().toISOString(),
      objects,
    };
    const text = `${JSON.stringify({ ...content, checksum: checksum(content) }, null, 2)}\n`;
    await replaceFile(this.file, text, { backup: this.backupFile });
  }

  private async load(): Promise<StoredObjects> {
    let text: string;
    try {
      text = await readFile(this.file, "utf8");
    } catch (error) {
      if (isMissing(error)) return {};
      throw fileError(error, this.file, "read");
    }
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw this.corrupt(text.trim() === "" ? "it is empty" : "it is not valid JSON, perhaps cut off", error);
    }
    const version = (value as { version?: unknown } | null)?.version;
    if (typeof version === "number" && version > STATE_VERSION)
      throw new DativoError({
        code: "STATE_VERSION_NEWER",
        message: `The state file ${this.file} has version ${version}; this Dativo knows versions up to ${STATE_VERSION}.`,
        details: { file: this.file, version },
      });
    const parsed = storedState.safeParse(value);
    if (!parsed.success)
      throw this.corrupt(
        `its key ${parsed.error.issues[0]?.path.join(".") || "version"} is not as it should be`,
        parsed.error,
      );
    // The checksum covers what is in the file, not what the definition above leaves of it.
    const { checksum: claimed, ...content } = value as { checksum: string };
    if (checksum(content) !== claimed)
      throw this.corrupt("its checksum does not fit, so it was changed or damaged");
    if (parsed.data.job !== this.jobKey)
      throw this.corrupt(
        `it belongs to the job "${parsed.data.job}", not to "${this.jobKey}"`,
        undefined,
        "Give one of the two jobs another name, or move the file away.",
      );
    for (const object of Object.values(parsed.data.objects)) this.restored(object);
    return parsed.data.objects;
  }

  private restored(stored: StoredObjects[string]): ObjectState {
    const { state, file_counter, partition_files, schema, run_id, sequence } = stored;
    try {
      return {
        state,
        fileCounter: file_counter,
        ...(partition_files === undefined ? {} : { partitionFiles: partition_files }),
        runId: run_id,
        sequence,
        ...(schema === undefined ? {} : { schema: restoreSchema(schema) }),
      };
    } catch (error) {
      throw this.corrupt("it holds a field type that is not known", error);
    }
  }

  private corrupt(why: string, cause?: unknown, hint?: string): DativoError {
    const backup = existsSync(this.backupFile) ? this.backupFile : undefined;
    return new DativoError({
      code: "STATE_CORRUPT",
      message: `The state file ${this.file} cannot be used: ${why}.`,
      hint:
        hint ??
        (backup === undefined
          ? "There is no copy of it; start over with dativo state reset. Records may then be read again."
          : `Restore the copy before the last change, ${backup}, or start over with dativo state reset. Records may then be read again.`),
      details: { file: this.file, ...(backup === undefined ? {} : { backup }) },
      cause,
    });
  }
}

function stored(state: ObjectState): StoredObjects[string] {
  return {
    state: state.state as StoredObjects[string]["state"],
    file_counter: state.fileCounter,
    ...(state.partitionFiles === undefined ? {} : { partition_files: { ...state.partitionFiles } }),
    ...(state.schema === undefined ? {} : { schema: storeSchema(state.schema) }),
    run_id: state.runId,
    sequence: state.sequence,
  };
}

function checksum(content: object): string {
  return createHash("sha256").update(JSON.stringify(content)).digest("hex");
}

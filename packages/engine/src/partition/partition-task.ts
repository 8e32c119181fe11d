import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Json, type ReaderPartition, readerPartitionSchema } from "@dativo/protocol";
import { z } from "zod";
import { replaceFile } from "../store/durable-file.js";
import { isMissing } from "../store/file-error.js";
import type { RunDirectory } from "../store/run-directory.js";
import { storedJson } from "../store/stored-json.js";

/** A part of a run that is read, written and committed by itself: an object, or a partition of one. */
export interface PartitionTask {
  /** Such as `p0001`; names the part's folder and ends its run id. */
  readonly name: string;
  readonly object: string;
  /** Absent for a whole object. */
  readonly partition?: ReaderPartition | undefined;
  /** Position that it starts from. */
  readonly state: Json;
  /** Files it has had so far; no two parts of an object count through the same numbers. */
  readonly fileCounter: number;
}

const storedTasks = z.object({
  version: z.literal(1),
  tasks: z.array(
    z.object({
      name: z.string(),
      object: z.string(),
      partition: readerPartitionSchema.optional(),
      state: storedJson,
      file_counter: z.int().min(0),
    }),
  ),
});

const FILE = "partitions.json";

/** Writes how a run is divided into its folder, durably: whoever takes it up again divides it the same way. */
export async function writeTasks(directory: RunDirectory, tasks: readonly PartitionTask[]): Promise<void> {
  const stored = tasks.map(({ fileCounter, ...task }) => ({ ...task, file_counter: fileCounter }));
  await replaceFile(
    join(directory.path, FILE),
    `${JSON.stringify({ version: 1, tasks: stored }, null, 2)}\n`,
  );
}

/** How a run is divided; undefined when it is not. */
export async function readTasks(directory: RunDirectory): Promise<readonly PartitionTask[] | undefined> {
  let text: string;
  try {
    text = await readFile(join(directory.path, FILE), "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  return storedTasks.parse(JSON.parse(text)).tasks.map(({ file_counter, state, ...task }) => ({
    ...task,
    state,
    fileCounter: file_counter,
  }));
}

/** The name of the part with a number, counted from 1. */
export function taskName(number: number): string {
  return `p${String(number).padStart(4, "0")}`;
}

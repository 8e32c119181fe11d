import type { AbortRequest, BatchForm, Json } from "@dativo/protocol";
import type { FormPath } from "../run/prepare/form.js";
import type { PrepareRecord } from "../store/journal.js";

/** A commit that a function prepared, and the paths that its batches took. */
export interface ToldCommit {
  readonly prepare: PrepareRecord;
  readonly paths: ReadonlyMap<BatchForm, FormPath>;
}

/** What a checkpoint of a transfer carries. */
export function toldCommit(prepare: PrepareRecord, paths: Iterable<FormPath>): Json {
  return { prepare, paths: [...paths] } as unknown as Json;
}

/** The commit that a checkpoint of a transfer carries. */
export function commitOf(told: Json): ToldCommit {
  const { prepare, paths } = told as unknown as { prepare: PrepareRecord; paths: readonly FormPath[] };
  return { prepare, paths: new Map(paths.map((path) => [path.from, path])) };
}

/** What a checkpoint of a transfer carries that failed, and had staged something. */
export function toldDiscard(request: AbortRequest): Json {
  return { discard: request } as unknown as Json;
}

/** What is to be discarded, when a checkpoint of a transfer says so. */
export function discardOf(told: Json): AbortRequest | undefined {
  return (told as unknown as { readonly discard?: AbortRequest }).discard;
}

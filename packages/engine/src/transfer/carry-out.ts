import { randomBytes } from "node:crypto";
import type {
  ObjectSpec,
  ReaderEvent,
  ReaderInstance,
  Redactor,
  Row,
  WriterInstance,
  WriterOpen,
} from "@dativo/protocol";
import { assetOf } from "../plan/asset-of.js";
import { planAnnounced } from "../plan/plan.js";
import { announced, assertAsked } from "../run/announced.js";
import type { CommitLedger } from "../run/commit.js";
import { ObjectStream } from "../run/object-stream.js";
import type { ObjectStart } from "../run/object-stream-parts.js";
import type { FormPath } from "../run/prepare/form.js";
import { ObjectSchema } from "../run/prepare/object-schema.js";
import { Preparer } from "../run/prepare/preparer.js";
import { RepeatedBatch } from "../run/repeated-batch.js";
import { unnamedAsset } from "../run/writers.js";
import { toldCommit, toldDiscard } from "./told-commit.js";
import type { TransferTask } from "./transfer-task.js";

/** What a task is carried out with. */
export interface TransferParts {
  readonly reader: ReaderInstance;
  readonly openWriter: (open: Pick<WriterOpen, "asset" | "object" | "mode">) => Promise<WriterInstance>;
  /** Asked after each event of the reader: whether time is up, so that everything is committed there. */
  readonly stop: (event: ReaderEvent) => boolean;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
}

/** What the objects of one invocation share. */
interface Carrying {
  readonly task: TransferTask;
  readonly tokenSpace: string;
  readonly said: ReaderEvent[];
  readonly open: ReadonlyMap<string, Carried>;
}

/** An object that is being read. */
interface Carried {
  readonly stream: ObjectStream;
  readonly writer: WriterInstance;
  readonly guard: RepeatedBatch;
  readonly start: ObjectStart;
}

/**
 * Reads and stages as a run does, where it cannot keep books: yields dead letters as batches, and commits that are
 * staged and counted as checkpoints, in the order in which their run is to record and to make them.
 *
 * When anything fails, it yields what it has staged for commits that were not yielded, to be discarded. It discards
 * nothing itself: when nobody hears of the failure, another invocation may be staging files of the same names.
 */
export async function* carryOut(
  task: TransferTask,
  parts: TransferParts,
): AsyncGenerator<ReaderEvent, void, undefined> {
  const said: ReaderEvent[] = [];
  const open = new Map<string, Carried>();
  // Made here, where even a request that arrives twice gets two of them: see commitToken.
  const tokenSpace = randomBytes(6).toString("hex");
  try {
    for await (const event of parts.reader.extract(task.request, parts.signal)) {
      if (event.type === "object") {
        open.set(event.object.name, await openCarried({ task, tokenSpace, said, open }, parts, event.object));
        said.push(event);
      } else await take(event, announced(open, event));
      yield* said.splice(0);
      if (!parts.stop(event)) continue;
      for (const { stream } of open.values()) await stream.commitOffered();
      yield* said.splice(0);
      break;
    }
  } catch (error) {
    await Promise.allSettled([...open.values()].map(({ stream }) => stream.abort()));
    yield* said.splice(0);
    throw error;
  } finally {
    await Promise.allSettled([...open.values()].map(({ writer }) => writer.close()));
  }
}

async function take(
  event: Exclude<ReaderEvent, { type: "object" }>,
  { stream, guard }: Carried,
): Promise<void> {
  if (event.type === "batch") {
    guard.batch(event.data);
    await stream.batch(event);
  } else if (event.type === "checkpoint") {
    guard.checkpoint(event.state);
    await stream.checkpoint(event.state);
  } else await stream.end();
}

async function openCarried(
  { task, tokenSpace, said, open }: Carrying,
  { openWriter, redactor, signal }: TransferParts,
  spec: ObjectSpec,
): Promise<Carried> {
  const { planning, request } = task;
  assertAsked(
    spec,
    request.objects.map((name) => ({ name })),
    open,
  );
  const plan = planAnnounced(spec, planning);
  // There is one for each object that is asked for.
  const start = task.starts[plan.name] as ObjectStart;
  const { name: object, mode } = plan;
  const asset = assetOf(planning.job, object) ?? unnamedAsset(object);
  const writer = await openWriter({ asset, object, mode });
  const schema = new ObjectSchema(plan.schema, plan.schemaOrigin, task.validationMode);
  const accepts = planning.writer.accepts ?? ["rows"];
  const preparer = new Preparer(schema, accepts, object, start.tally.read, true);
  const stream = new ObjectStream(
    {
      object,
      mode,
      incremental: plan.incremental,
      writer: staging(writer, object, said),
      preparer,
      tokenSpace,
      ledger: saying(task.runId, said, signal, () => preparer.paths.values()),
      letters: {
        append: async (letters) => {
          said.push({
            type: "batch",
            object,
            data: { form: "rows", rows: letters as unknown as readonly Row[] },
          });
        },
      },
      policy: task.policy,
      budget: task.budget,
      totals: () => totals(task, open),
      signal,
      redactor,
      onRejected: () => undefined,
    },
    start,
  );
  return { stream, writer, guard: new RepeatedBatch(object), start };
}

/** A writer whose commits are made, and whose files are discarded, by somebody else. */
function staging(writer: WriterInstance, object: string, said: ReaderEvent[]): WriterInstance {
  return {
    check: (signal) => writer.check(signal),
    write: (request, signal) => writer.write(request, signal),
    flush: (token, signal) => writer.flush(token, signal),
    commit: async ({ files }) => ({ status: "success", files_added: files.length }),
    abort: async (request) => {
      said.push({ type: "checkpoint", object, state: toldDiscard(request) });
    },
    close: () => writer.close(),
  };
}

/** Books that are kept by somebody else, who is told what is to be in them. */
function saying(
  runId: string,
  said: ReaderEvent[],
  signal: AbortSignal,
  paths: () => Iterable<FormPath>,
): CommitLedger {
  return {
    runId,
    journal: {
      append: async (record) => {
        if (record.type === "prepare")
          said.push({ type: "checkpoint", object: record.object, state: toldCommit(record, paths()) });
        if (record.type === "object_done") said.push({ type: "end", object: record.object });
      },
    },
    store: { set: async () => undefined },
    letters: { sync: async () => 0 },
    verifyLock: async () => undefined,
    retryPolicy: { maxRetries: 0, initialDelaySeconds: 0, backoffMultiplier: 1, maxDelaySeconds: 0 },
    signal,
  };
}

function totals({ counted }: TransferTask, open: ReadonlyMap<string, Carried>) {
  let { read, rejected } = counted;
  for (const { stream, start } of open.values()) {
    read += stream.tally.read - start.tally.read;
    rejected += stream.tally.rejected - start.tally.rejected;
  }
  return { read, rejected };
}

import { DativoError, decodeRows, type Json, type Plugin, type ReaderEvent } from "@dativo/protocol";
import type { ObjectPlan, ObjectPlanning } from "../plan/plan.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { announced, assertAsked } from "../run/announced.js";
import { defaultObject } from "../run/default-object.js";
import { discardStaged } from "../run/discard-staged.js";
import { countedHere } from "../run/object-outcome.js";
import type { RunScope } from "../run/run-scope.js";
import type { DeadLetter } from "../store/dead-letters.js";
import { RemoteObject } from "./remote-object.js";
import { encodeTask, transferTask } from "./transfer-task.js";

/** How a function is asked to read and stage. */
type Transfer = NonNullable<Plugin["transfer"]>;

/**
 * Lets a function read and stage what is left of some objects, and makes the commits that it prepares: as an attempt
 * does whose records come through this process.
 *
 * @throws DativoError what the function throws, and `UNEXPECTED_END` when it ends without having got any further
 */
export async function attemptTransfer(
  scope: RunScope,
  plugins: LoadedPlugins,
  { transfer, planning }: { readonly transfer: Transfer; readonly planning: ObjectPlanning },
  wanted: readonly ObjectPlan[],
): Promise<void> {
  const { job, host, ledger } = scope;
  // The function stages from its first record on, so what a dead attempt left goes before it begins. A function that
  // lives on stages more meanwhile, under tokens that no other invocation has, and that nobody commits.
  if (scope.again)
    for (const { name: object, mode } of wanted)
      await discardStaged(job, plugins, host, { object, mode }, ledger.signal);
  const open = new Map<string, RemoteObject>();
  try {
    for (;;) {
      const left = wanted.filter(({ name }) => open.get(name)?.done !== true);
      if (left.length === 0) return;
      const task = await transferTask(scope, planning, left, countedHere(scope.outcomes));
      const steps = await invoke(scope, plugins, transfer, left, encodeTask(task), open);
      if (steps === 0) throw noFurther(left);
    }
  } catch (error) {
    await Promise.allSettled([...open.values()].map((object) => object.writeLetters()));
    throw error;
  } finally {
    await Promise.allSettled([...open.values()].map((object) => object.close()));
  }
}

/** Follows what one invocation says; returns the commits and ends among it. */
async function invoke(
  scope: RunScope,
  plugins: LoadedPlugins,
  transfer: Transfer,
  objects: readonly ObjectPlan[],
  task: ReturnType<typeof encodeTask>,
  open: Map<string, RemoteObject>,
): Promise<number> {
  const { job, host } = scope;
  const stop = new AbortController();
  const signal = AbortSignal.any([scope.signal, stop.signal]);
  const events = transfer(
    {
      reader: { config: job.source.config, host, defaultObject: defaultObject(job) },
      writer: { config: job.target.config, host, outputBase: job.target.outputBase },
      task,
    },
    signal,
  );
  const begun = new Set<string>();
  let steps = 0;
  try {
    for await (const event of events) {
      if (event.type === "object") {
        assertAsked(event.object, objects, begun);
        begun.add(event.object.name);
        const { name } = event.object;
        if (!open.has(name)) open.set(name, await RemoteObject.open(scope, plugins, event.object));
        open.get(name)?.begin();
        continue;
      }
      const object = announced(open, event, "The function told");
      if (event.type === "batch") object.letters(lettersOf(event));
      else if (event.type === "checkpoint") steps += await object.checkpoint(event.state);
      else {
        steps += 1;
        await object.end();
      }
    }
  } catch (error) {
    // The function is told to stop before it is left.
    stop.abort(error);
    throw error;
  }
  scope.signal.throwIfAborted();
  return steps;
}

function lettersOf({ data }: Extract<ReaderEvent, { type: "batch" }>): readonly DeadLetter[] {
  const rows = data.form === "rows" ? data.rows : data.form === "json" ? decodeRows(data.text) : [];
  return rows as unknown as readonly DeadLetter[];
}

function noFurther(left: readonly ObjectPlan[]): DativoError {
  const objects: Json = left.map(({ name }) => name);
  return new DativoError({
    code: "UNEXPECTED_END",
    message: `The function ended before it had staged anything further of ${left.map(({ name }) => name).join(", ")}.`,
    details: { objects },
  });
}

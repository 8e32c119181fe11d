import { setImmediate as turn } from "node:timers/promises";
import { ARROW_ARRAY, callRelease, compilePacker } from "@dativo/columnar";
import { lendBatch } from "../v2/lent-batches.js";

// A program of its own, run with --expose-gc: prints whether what a lent batch points to was collected, first while
// it is lent, then when it was given back.

/** A batch that nobody but native code holds any more. */
function lend(): { readonly array: BigUint64Array; readonly values: WeakRef<object> } {
  const packer = compilePacker({ fields: [{ name: "id", type: { kind: "integer" } }] });
  const { batch } = packer.pack([{ id: 1 }, { id: 2 }]);
  return {
    array: lendBatch(batch, { shareArray: undefined }),
    values: new WeakRef(batch.columns[0]?.values?.buffer as object),
  };
}

async function isCollected(reference: WeakRef<object>): Promise<boolean> {
  // A reference keeps what it leads to until the turn in which it was made or followed is over.
  await turn();
  globalThis.gc?.();
  await turn();
  return reference.deref() === undefined;
}

const { array, values } = lend();
const whileLent = await isCollected(values);
callRelease(array[ARROW_ARRAY.release] as bigint, array);
console.log(JSON.stringify({ whileLent, givenBack: await isCollected(values) }));

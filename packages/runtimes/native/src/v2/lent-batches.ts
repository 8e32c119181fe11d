import {
  ARROW_ARRAY,
  type ArrowBatch,
  allocateWords,
  callRelease,
  exportColumnBatch,
  exportSchema,
  loadKoffi,
  noOperation,
  type Pointer,
} from "@dativo/columnar";
import type { TableSchema } from "@dativo/protocol";
import { noteReleased, noteTaken } from "../call/ledger.js";
import type { V2Table } from "./v2-table.js";

/** A batch that native code holds. */
interface Loan {
  /**
   * What the structures point to. A value and not a function that mentions it: a bundler that minifies leaves out
   * what a function says without effect, and with it all that would have kept the memory from being collected.
   */
  readonly keeps: unknown;
  /** Called when the batch was given back. */
  readonly end?: () => void;
}

/** What is lent, by the number that its `private_data` holds. */
const lent = new Map<bigint, Loan>();
let last = 0n;
let callback: Pointer | undefined;

/**
 * Lends a batch as an `ArrowArray` that native code may keep for as long as it likes, and release on any thread.
 *
 * A batch whose memory native code owns is shared by the plugin that takes it, if it can: the memory then has two
 * owners, and either may be the last. Otherwise the release function runs in JavaScript, on the event loop, and the thread that
 * calls it waits for that.
 */
export function lendBatch(batch: ArrowBatch, { shareArray }: Pick<V2Table, "shareArray">): BigUint64Array {
  if (batch.form === "native" && batch.isShareable && shareArray !== undefined) {
    const shared = allocateWords(ARROW_ARRAY.words);
    shareArray(batch.array(), shared);
    return shared;
  }
  last += 1n;
  const id = last;
  const array = allocateWords(ARROW_ARRAY.words);
  if (batch.form === "native") {
    array.set(batch.array());
    lent.set(id, { keeps: batch, end: batch.retain() });
  } else {
    const exported = exportColumnBatch(batch, noOperation());
    array.set(exported.array);
    lent.set(id, { keeps: exported });
  }
  array[ARROW_ARRAY.release] = releaseCallback();
  array[ARROW_ARRAY.private_data] = id;
  noteTaken("exported");
  return array;
}

/** Takes a batch back that native code has not moved away, though it should have. */
export function takeBack(array: BigUint64Array): void {
  const release = array[ARROW_ARRAY.release] as Pointer;
  if (release === 0n) return;
  if (release !== callback) {
    callRelease(release, array);
    return;
  }
  array[ARROW_ARRAY.release] = 0n;
  end(array[ARROW_ARRAY.private_data] as bigint);
}

/** Schemas as native code is lent them; what they point to stays as long as this object is reachable. */
export class LentSchemas {
  private readonly schemas = new WeakMap<TableSchema, BigUint64Array>();
  private readonly pins: unknown[] = [];

  /** An `ArrowSchema` to be moved away. */
  lend(schema: TableSchema): BigUint64Array {
    let words = this.schemas.get(schema);
    if (words === undefined) {
      words = exportSchema(schema, noOperation(), this.pins);
      this.schemas.set(schema, words);
    }
    const copy = allocateWords(words.length);
    copy.set(words);
    return copy;
  }
}

function end(id: bigint): void {
  const loan = lent.get(id);
  if (loan === undefined) return;
  lent.delete(id);
  loan.end?.();
  noteReleased("exported");
}

function releaseCallback(): Pointer {
  const koffi = loadKoffi();
  callback ??= koffi.register(
    (array: Pointer) => {
      const id = BigInt(koffi.decode(array, ARROW_ARRAY.private_data * 8, "uint64"));
      // A released structure is marked by having no release function any more.
      koffi.encode(array, ARROW_ARRAY.release * 8, "uint64", 0n);
      end(id);
    },
    koffi.pointer(koffi.proto("void", ["void*"])),
  );
  return callback;
}

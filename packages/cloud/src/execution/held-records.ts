import type { Frame } from "@dativo/protocol";
import { FrameSpool } from "./frame-spool.js";

/** Bytes of records of one object that are held in memory until a checkpoint covers them. */
const MEMORY_BYTES = 16 * 1024 * 1024;

/** Records that arrived and that no checkpoint covers yet, by object: a response that breaks off takes them along. */
export class HeldRecords implements AsyncDisposable {
  private readonly spools = new Map<string, FrameSpool>();

  constructor(private readonly memoryBytes = MEMORY_BYTES) {}

  async add(object: string, frame: Frame): Promise<void> {
    let spool = this.spools.get(object);
    if (spool === undefined) {
      spool = new FrameSpool(this.memoryBytes);
      this.spools.set(object, spool);
    }
    await spool.add(frame);
  }

  /** Lets the records of an object go, in the order in which they came. */
  async *release(object: string): AsyncGenerator<Frame, void, undefined> {
    const spool = this.spools.get(object);
    if (spool !== undefined) yield* spool.take();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const spool of this.spools.values()) await spool[Symbol.asyncDispose]();
    this.spools.clear();
  }
}

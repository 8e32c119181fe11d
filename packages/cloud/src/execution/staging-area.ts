import { randomUUID } from "node:crypto";
import { FRAME, type Frame } from "@dativo/protocol";
import { type ObjectStore, objectAddress } from "../staging/object-store.js";
import type { FramedBatch } from "./function-calls.js";

/** Where batches lie on their way that a request or a response has no room for. */
export class StagingArea {
  /** Objects that are there and that somebody still has to fetch. */
  private readonly waiting = new Set<string>();

  constructor(
    private readonly store: ObjectStore,
    /** Such as `s3://bucket/prefix/run`. */
    readonly prefix: string,
  ) {}

  /** Puts a batch there, and returns the one that names the place instead. */
  async put({
    header,
    payload = new Uint8Array(0),
  }: FramedBatch): Promise<FramedBatch & { readonly at: string }> {
    const at = objectAddress(this.prefix, randomUUID());
    await this.store.put(at, payload);
    this.waiting.add(at);
    return { header: { ...header, at }, at };
  }

  /** Takes note of a frame that may name an object to be fetched. */
  saw(frame: Frame): void {
    if (frame.type === FRAME.batch && frame.header.at !== undefined) this.waiting.add(frame.header.at);
  }

  /** A frame with what it names in its place. */
  async filled(frame: Frame): Promise<Frame> {
    if (frame.type !== FRAME.batch || frame.header.at === undefined) return frame;
    const { at, ...header } = frame.header;
    const payload = await this.store.get(at);
    await this.forget(at);
    return { type: frame.type, header, payload };
  }

  /** Removes an object; one that stays is only in the way. */
  async forget(at: string): Promise<void> {
    this.waiting.delete(at);
    await this.store.remove(at).catch(() => undefined);
  }

  /** Removes what nobody has fetched. */
  async clear(): Promise<void> {
    for (const at of [...this.waiting]) await this.forget(at);
  }
}

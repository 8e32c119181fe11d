/** Bytes of unused memory that are kept at most: what a writer of files gathers before it gives it all back. */
const MOST_UNUSED_BYTES = 64 * 1024 * 1024;

/** Buffers have a multiple of so many bytes, so that batches of nearly the same size fit into each other's. */
const STEP_BYTES = 256 * 1024;

/**
 * Memory that is used again once it was given back.
 *
 * Fresh memory for each batch costs more than filling it: the system hands it over page by page, and the garbage
 * collector runs to get rid of it. What is never given back is merely collected like anything else.
 */
export class BufferPool {
  /** Buffers made so far. */
  allocated = 0;
  private readonly unused: Uint8Array[] = [];
  private unusedBytes = 0;

  constructor(private readonly mostUnusedBytes = MOST_UNUSED_BYTES) {}

  /** A buffer of at least so many bytes, with anything in it. */
  take(bytes: number): Uint8Array {
    let best = -1;
    this.unused.forEach(({ length }, index) => {
      if (length >= bytes && length < (this.unused[best]?.length ?? Number.POSITIVE_INFINITY)) best = index;
    });
    if (best >= 0) return this.remove(best);
    // Batches have become larger: what is too small now is likely to stay so.
    if (this.unused.length > 0) this.remove(0);
    this.allocated += 1;
    return Buffer.allocUnsafeSlow(Math.ceil(bytes / STEP_BYTES) * STEP_BYTES);
  }

  /** Takes a buffer back that nobody looks at any more. */
  give(buffer: Uint8Array): void {
    if (this.unusedBytes + buffer.length > this.mostUnusedBytes) return;
    this.unused.push(buffer);
    this.unusedBytes += buffer.length;
  }

  private remove(index: number): Uint8Array {
    const [buffer] = this.unused.splice(index, 1) as [Uint8Array];
    this.unusedBytes -= buffer.length;
    return buffer;
  }
}

import type { BatchData, BatchForm, BatchHeader } from "@dativo/protocol";
import { batchData } from "./batch-frame.js";
import { BufferPool } from "./buffer-pool.js";
import { readShared, type SharedPayload } from "./shared-payload.js";

/** The batches of one stream whose payloads lie in the memory of a plugin's process. */
export class SharedBatches {
  private readonly lends: boolean;

  /** @param accepts forms that the consumer takes, best first: columns are lent to one that gives them back */
  constructor(
    private readonly pid: number | undefined,
    accepts: readonly BatchForm[] | undefined,
    private readonly pool = new BufferPool(),
  ) {
    this.lends = accepts?.find((form) => form === "native" || form === "arrow") === "native";
  }

  /**
   * Reads a batch into memory that is used again once nobody needs it.
   *
   * @throws DativoError `ABI_VIOLATION` when the payload is not there, and what reading a batch throws
   */
  async read(header: BatchHeader, shared: SharedPayload): Promise<BatchData> {
    const { pool } = this;
    const read = (buffer: Uint8Array) => {
      const payload = buffer.subarray(0, shared.bytes);
      readShared(this.pid, shared.descriptor, payload);
      return payload;
    };
    // Rows are copies of what the text says.
    const isUsedOnce = header.form === "json";
    if (!isUsedOnce && !(this.lends && header.form === "arrow-ipc"))
      return await batchData(header, read(Buffer.allocUnsafeSlow(shared.bytes)));
    const buffer = pool.take(shared.bytes);
    const data = await batchData(header, read(buffer));
    if (data.form === "arrow") {
      const { lendColumns } = await import("@dativo/columnar");
      return lendColumns(data, () => pool.give(buffer));
    }
    pool.give(buffer);
    return data;
  }
}

import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type InvocationFaults, NO_FAULTS } from "../cloud-faults.js";
import { invokeComplete, payloadChunk } from "./event-stream.js";
import type { InvocationResult } from "./invocation.js";

/** The rate at which a response stream passes. */
export interface StreamRate {
  readonly burstBytes: number;
  readonly bytesPerSecond: number;
}

/** Writes the answer of InvokeWithResponseStream: events as they come, and one at the end. */
export class StreamedAnswer {
  private bytes = 0;
  private cut = false;
  private readonly truncateAfterBytes: number;

  constructor(
    private readonly response: ServerResponse,
    private readonly rate: StreamRate | false,
    private readonly faults: InvocationFaults = NO_FAULTS,
  ) {
    this.truncateAfterBytes = faults.truncateAfterBytes ?? Number.POSITIVE_INFINITY;
  }

  /** Passes bytes on; resolves once there is room for more. Nothing is written to a caller that left. */
  async write(chunk: Buffer): Promise<void> {
    const room = this.truncateAfterBytes - this.bytes;
    const passed = chunk.length <= room ? chunk : chunk.subarray(0, room);
    const before = this.bytes;
    this.bytes += passed.length;
    if (passed.length > 0 && !this.gone && !this.response.write(payloadChunk(passed))) await this.drained();
    if (this.bytes >= this.truncateAfterBytes) this.interrupt();
    if (this.rate === false || this.gone) return;
    const limited = this.bytes - Math.max(before, this.rate.burstBytes);
    if (limited > 0) await sleep((limited / this.rate.bytesPerSecond) * 1000);
  }

  end(result: InvocationResult, logResult: string | undefined): void {
    if (this.gone) return;
    const { error } = result;
    this.response.end(
      invokeComplete({
        ...(error && { ErrorCode: error.type, ErrorDetails: error.body.toString() }),
        ...(logResult !== undefined && { LogResult: logResult }),
      }),
    );
  }

  private get gone(): boolean {
    return this.cut || this.response.destroyed;
  }

  /** Cuts the connection after what was written has left. */
  private interrupt(): void {
    if (this.cut) return;
    this.cut = true;
    this.faults.happened();
    setTimeout(() => this.response.destroy(), 20);
  }

  private drained(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.response.off("drain", done).off("close", done);
        resolve();
      };
      this.response.on("drain", done).on("close", done);
    });
  }
}

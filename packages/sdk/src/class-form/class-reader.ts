import type {
  ConnectionTestResult,
  DiscoveryResult,
  ExtractRequest,
  PartitionsRequest,
  ReaderEvent,
  ReaderInstance,
  ReaderPartition,
} from "@dativo/protocol";
import { splitPartitionStates } from "@dativo/protocol";
import { abortable, isAnyIterable } from "../lifetime/abortable.js";
import type { Lifetime } from "../lifetime/lifetime.js";
import { untilAborted } from "../lifetime/until-aborted.js";
import type { RangeBounds } from "../partitions/partition.js";
import { DEFAULT_PARTITIONS, readPartitions } from "../partitions/read-partitions.js";
import { splitRange, toReaderPartitions } from "../partitions/split-range.js";
import { failedCheck, notImplemented } from "../results/check-result.js";
import { toWireCheck, toWireDiscovery, wrongShape } from "../results/wire-results.js";
import type { BaseReader } from "./base-reader.js";
import { ExtractedStream } from "./extracted-stream.js";
import { IncrementalState } from "./incremental-state.js";

/** How an instance of a reader class was opened. */
export interface ClassReaderSettings {
  readonly name: string;
  readonly incremental: boolean;
  readonly partitioned: boolean;
  readonly defaultObject: string;
  readonly batchBytes: number;
}

/** The instance of a class that extends `BaseReader`. */
export class ClassReader implements ReaderInstance {
  constructor(
    private readonly lifetime: Lifetime<BaseReader>,
    private readonly settings: ClassReaderSettings,
  ) {}

  async check(signal: AbortSignal): Promise<ConnectionTestResult> {
    const operation = this.lifetime.operation(signal);
    try {
      const result = await untilAborted(
        async () => (await this.lifetime.client()).checkConnection(),
        operation,
      );
      return result === undefined
        ? notImplemented()
        : toWireCheck(`${this.settings.name}.checkConnection`, result);
    } catch (error) {
      return failedCheck(error, operation);
    }
  }

  async discover(signal: AbortSignal): Promise<DiscoveryResult> {
    const operation = this.lifetime.operation(signal);
    const result = await untilAborted(async () => (await this.lifetime.client()).discover(), operation);
    return toWireDiscovery(`${this.settings.name}.discover`, result);
  }

  async estimate(request: ExtractRequest, signal: AbortSignal): Promise<number | null> {
    const operation = this.lifetime.operation(signal);
    const count = await untilAborted(
      async () => (await this.reading(request)).getTotalRecordsEstimate(),
      operation,
    );
    if (count === null || count === undefined) return null;
    if (!Number.isSafeInteger(count) || count < 0)
      throw wrongShape(
        `${this.settings.name}.getTotalRecordsEstimate`,
        "a number of records, or null",
        count,
      );
    return count;
  }

  async *extract(request: ExtractRequest, signal: AbortSignal): AsyncGenerator<ReaderEvent, void, undefined> {
    const { partitioned, incremental } = this.settings;
    const { objects, state } = request;
    if (!partitioned || request.partition !== undefined || objects.length === 0)
      return yield* this.extractPart(request, signal);
    for (const name of objects) {
      const one = { ...request, objects: [name] };
      const partitions = await this.partitions({ ...one, count: DEFAULT_PARTITIONS }, signal);
      if (partitions.length === 0) yield* this.extractPart(one, signal);
      else
        yield* readPartitions({ name, incremental }, partitions, state[name], (partition, from) =>
          this.extractPart({ ...one, state: from === undefined ? {} : { [name]: from }, partition }, signal),
        );
    }
  }

  async partitions(request: PartitionsRequest, signal: AbortSignal): Promise<readonly ReaderPartition[]> {
    const { state, count } = request;
    const operation = this.lifetime.operation(signal);
    const call = `${this.settings.name}.partitions`;
    const divided: ReaderPartition[] = [];
    for (const object of request.objects) {
      const known = Object.keys(splitPartitionStates(state[object]) ?? {});
      const byRange = (bounds: RangeBounds | null) => splitRange(call, bounds, count, known);
      const found = await untilAborted(
        async () => (await this.lifetime.client()).partitions({ object, count, byRange }),
        operation,
      );
      divided.push(...toReaderPartitions(call, object, found));
    }
    return divided;
  }

  private async *extractPart(
    request: ExtractRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ReaderEvent, void, undefined> {
    const { name, incremental, defaultObject, batchBytes } = this.settings;
    const { objects } = request;
    const operation = this.lifetime.operation(signal);
    const stream = new ExtractedStream({ call: `${name}.extract`, objects, incremental, batchBytes });
    // Asked for one object at a time, the class need not say which one its records are of.
    for (const object of objects.length === 0 ? [defaultObject] : objects) {
      if (stream.hasRead(object)) continue;
      stream.only = object;
      const asked = objects.length === 0 ? objects : [object];
      const state = new IncrementalState(request.state, object);
      const extracted = await untilAborted(
        async () => (await this.reading({ ...request, objects: asked })).extract(state),
        operation,
      );
      if (!isAnyIterable(extracted))
        throw wrongShape(`${name}.extract`, "something to iterate over, as a generator gives", extracted);
      for await (const item of abortable(extracted, operation)) yield* stream.take(item);
      if (stream.readsAllAtOnce) break;
    }
    yield* stream.end();
  }

  close(): Promise<void> {
    return this.lifetime.close();
  }

  /** The reader, told which objects to read: the engine may ask for fewer than the job lists. */
  private async reading({ objects, partition }: ExtractRequest): Promise<BaseReader> {
    const reader = await this.lifetime.client();
    reader.partition = partition === undefined ? undefined : { id: partition.id, params: partition.params };
    reader.sourceConfig = { ...reader.sourceConfig, objects };
    return reader;
  }
}

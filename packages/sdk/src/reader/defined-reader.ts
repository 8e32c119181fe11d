import {
  type ConnectionTestResult,
  type DiscoveryResult,
  type ExtractRequest,
  formatFieldType,
  type Json,
  type PartitionsRequest,
  partitionState,
  type ReaderEvent,
  type ReaderInstance,
  type ReaderPartition,
  splitPartitionStates,
} from "@dativo/protocol";
import type { Lifetime } from "../lifetime/lifetime.js";
import { untilAborted } from "../lifetime/until-aborted.js";
import type { RangeBounds } from "../partitions/partition.js";
import { DEFAULT_PARTITIONS, readPartitions } from "../partitions/read-partitions.js";
import { splitRange, toReaderPartitions } from "../partitions/split-range.js";
import { failedCheck, notImplemented } from "../results/check-result.js";
import { toWireCheck, toWireDiscovery, wrongShape } from "../results/wire-results.js";
import { type ObjectPlan, type ObjectStart, planObjects, startObject } from "./object-plan.js";
import { readObject } from "./read-object.js";
import type { DynamicObject, OpenReaderContext, ReadContext, ReaderContext } from "./reader-definition.js";
import { selectObjects } from "./select-objects.js";

/** A definition whose types have done their work. */
export interface AnyReaderDefinition {
  readonly name: string;
  readonly check?: (context: ReaderContext<object, unknown>) => unknown;
  readonly discover?: (context: ReaderContext<object, unknown>) => unknown;
  readonly objects:
    | Readonly<Record<string, DynamicObject>>
    | ((context: ReaderContext<object, unknown>) => unknown);
}

/** The instance of a reader made by `defineReader`. */
export class DefinedReader implements ReaderInstance {
  private plans: Promise<Map<string, ObjectPlan>> | undefined;

  constructor(
    private readonly definition: AnyReaderDefinition,
    private readonly opened: OpenReaderContext<object>,
    private readonly lifetime: Lifetime<unknown>,
    private readonly batchBytes: number,
  ) {}

  async check(signal: AbortSignal): Promise<ConnectionTestResult> {
    const { check, name } = this.definition;
    if (check === undefined) return notImplemented();
    const operation = this.lifetime.operation(signal);
    try {
      const result = await untilAborted(async () => check(await this.context(operation)), operation);
      return toWireCheck(`${name}.check`, result);
    } catch (error) {
      return failedCheck(error, operation);
    }
  }

  async discover(signal: AbortSignal): Promise<DiscoveryResult> {
    const { discover, name } = this.definition;
    const operation = this.lifetime.operation(signal);
    if (discover !== undefined)
      return toWireDiscovery(
        `${name}.discover`,
        await untilAborted(async () => discover(await this.context(operation)), operation),
      );
    const plans = await untilAborted(() => this.objectPlans(operation), operation);
    return { objects: [...plans.values()].map(describePlan), metadata: {} };
  }

  async estimate(request: ExtractRequest, signal: AbortSignal): Promise<number | null> {
    const operation = this.lifetime.operation(signal);
    return untilAborted(async () => {
      const plans = selectObjects(this.definition.name, await this.objectPlans(operation), request.objects);
      let total = 0;
      for (const [object, plan] of plans) {
        if (plan.definition.estimate === undefined) return null;
        const count = await this.estimateObject(object, plan, request, operation);
        if (count === null || count === undefined) return null;
        if (!Number.isSafeInteger(count) || count < 0)
          throw wrongShape(`${object}.estimate`, "a number of records, or null", count);
        total += count;
      }
      return total;
    }, operation);
  }

  async *extract(request: ExtractRequest, signal: AbortSignal): AsyncGenerator<ReaderEvent, void, undefined> {
    const operation = this.lifetime.operation(signal);
    const all = await untilAborted(() => this.objectPlans(operation), operation);
    const plans = selectObjects(this.definition.name, all, request.objects);
    for (const [object, plan] of plans) {
      const state = request.state[object];
      const given = request.partition?.object === object ? request.partition : undefined;
      if (plan.definition.partitions === undefined || given !== undefined)
        yield* this.extractObject(object, plan, { request, state, partition: given }, operation);
      else {
        const wanted = { objects: [object], state: request.state, count: DEFAULT_PARTITIONS };
        const partitions = await untilAborted(() => this.divide(object, plan, wanted, operation), operation);
        yield* readPartitions(plan.spec, partitions, state, (partition, from) =>
          this.extractObject(object, plan, { request, state: from, partition }, operation),
        );
      }
    }
  }

  async partitions(request: PartitionsRequest, signal: AbortSignal): Promise<readonly ReaderPartition[]> {
    const operation = this.lifetime.operation(signal);
    return untilAborted(async () => {
      const plans = selectObjects(this.definition.name, await this.objectPlans(operation), request.objects);
      const divided: ReaderPartition[] = [];
      for (const [object, plan] of plans)
        if (plan.definition.partitions !== undefined)
          divided.push(...(await this.divide(object, plan, request, operation)));
      return divided;
    }, operation);
  }

  close(): Promise<void> {
    return this.lifetime.close();
  }

  private async divide(
    object: string,
    plan: ObjectPlan,
    { state, count }: PartitionsRequest,
    signal: AbortSignal,
  ): Promise<readonly ReaderPartition[]> {
    const call = `${object}.partitions`;
    const known = Object.keys(splitPartitionStates(state[object]) ?? {});
    const found = await plan.definition.partitions?.({
      ...(await this.context(signal)),
      object,
      count,
      byRange: (bounds: RangeBounds | null) => splitRange(call, bounds, count, known),
    });
    return toReaderPartitions(call, object, found);
  }

  /** A divided object has as many records as its partitions; they are only asked for one at a time. */
  private async estimateObject(
    object: string,
    plan: ObjectPlan,
    request: ExtractRequest,
    signal: AbortSignal,
  ): Promise<number | null | undefined> {
    const { estimate, partitions } = plan.definition;
    const state = request.state[object];
    const ask = async (from: Json | undefined, partition: ReaderPartition | undefined) =>
      estimate?.(
        await this.readContext(object, await startObject(plan, from), { request, partition }, signal),
      );
    const given = request.partition?.object === object ? request.partition : undefined;
    if (partitions === undefined || given !== undefined) return ask(state, given);
    const wanted = { objects: [object], state: request.state, count: DEFAULT_PARTITIONS };
    let total = 0;
    for (const partition of await this.divide(object, plan, wanted, signal)) {
      const count = await ask(partitionState(plan.spec, state, partition.id), partition);
      if (typeof count !== "number") return count;
      total += count;
    }
    return total;
  }

  private async *extractObject(
    object: string,
    plan: ObjectPlan,
    part: ObjectPart,
    signal: AbortSignal,
  ): AsyncGenerator<ReaderEvent> {
    const start = await startObject(plan, part.state);
    yield { type: "object", object: plan.spec };
    const context = await untilAborted(() => this.readContext(object, start, part, signal), signal);
    const yielded = await untilAborted(() => plan.definition.read(context), signal);
    const read = {
      object,
      call: `${object}.read`,
      tracker: start.tracker,
      positions: plan.definition.position !== undefined,
      batchBytes: this.batchBytes,
    };
    yield* readObject(read, yielded, signal);
    if (start.tracker?.overflowed === true)
      this.opened.log.warn(
        { object, cursor: plan.spec.cursor },
        "More records share the last cursor value than a position can remember; they will be read again and should be merged by key.",
      );
    yield { type: "end", object };
  }

  /** The objects, worked out once for an instance; a function that failed is asked again. */
  private objectPlans(signal: AbortSignal): Promise<Map<string, ObjectPlan>> {
    this.plans ??= this.findObjects(signal).catch((error: unknown) => {
      this.plans = undefined;
      throw error;
    });
    return this.plans;
  }

  private async findObjects(signal: AbortSignal): Promise<Map<string, ObjectPlan>> {
    const { objects, name } = this.definition;
    if (typeof objects !== "function") return planObjects(objects);
    const found = await objects(await this.context(signal));
    if (typeof found !== "object" || found === null || Array.isArray(found))
      throw wrongShape(`${name}.objects`, "objects by name", found);
    return planObjects(found as Record<string, DynamicObject>);
  }

  private async context(signal: AbortSignal): Promise<ReaderContext<object, unknown>> {
    return { ...this.opened, signal, client: await this.lifetime.client() };
  }

  private async readContext(
    object: string,
    start: ObjectStart,
    { request, partition }: Omit<ObjectPart, "state">,
    signal: AbortSignal,
  ): Promise<ReadContext<object, unknown, unknown, unknown>> {
    return {
      ...(await this.context(signal)),
      object,
      since: start.tracker?.since,
      position: start.position,
      accepts: request.accepts ?? ["rows"],
      limit: request.limit,
      partition: partition === undefined ? undefined : { id: partition.id, params: partition.params },
    };
  }
}

/** What is read of an object, and where it starts. */
interface ObjectPart {
  readonly request: ExtractRequest;
  readonly state: Json | undefined;
  readonly partition: ReaderPartition | undefined;
}

function describePlan({ spec, kind }: ObjectPlan): DiscoveryResult["objects"][number] {
  const { name, description, schema, cursor } = spec;
  const columns = schema?.fields.map((field) => ({
    name: field.name,
    type: formatFieldType(field.type),
    ...(field.required === true ? { required: true } : {}),
    ...(field.description === undefined ? {} : { description: field.description }),
  }));
  return {
    name,
    type: kind,
    ...(description === undefined ? {} : { description }),
    ...(columns === undefined ? {} : { columns }),
    ...(schema?.key === undefined ? {} : { key: [...schema.key] }),
    ...(cursor === undefined ? {} : { cursor }),
  };
}

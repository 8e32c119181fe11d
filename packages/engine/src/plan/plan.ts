import type {
  BatchForm,
  DiscoveredObject,
  DiscoveryResult,
  Json,
  ObjectSpec,
  Placement,
  PluginSpec,
  TableSchema,
  WriteMode,
} from "@dativo/protocol";
import { DativoError } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { choosePath, type FormPath, formsForReader, isPossible, possiblePaths } from "../run/prepare/form.js";
import { isDeclared, type SchemaOrigin } from "../run/prepare/object-schema.js";
import type { ObjectState } from "../store/state-store.js";
import { type AssetJob, assetOf } from "./asset-of.js";
import { chooseMode } from "./choose-mode.js";
import { chooseObjects } from "./choose-objects.js";
import { chooseTransfer, type TransferChoice } from "./choose-transfer.js";
import { chooseSchema } from "./object-schema.js";

/** What a run will do with one object. */
export interface ObjectPlan {
  readonly name: string;
  readonly incremental: boolean;
  readonly cursor?: string;
  /** Undefined until records were seen, for an object that nobody describes. */
  readonly schema: TableSchema | undefined;
  readonly schemaOrigin: SchemaOrigin;
  readonly mode: WriteMode;
  readonly modeReason: string;
  /** Position that reading starts from; null for the start. */
  readonly state: Json;
  /** The way of the batches to the writer; empty when only reading tells what they are. */
  readonly paths: readonly FormPath[];
}

/** What a run will do. */
export interface Plan {
  readonly reader: PluginSpec;
  readonly writer: PluginSpec;
  /** Where each of them runs. */
  readonly placements: { readonly reader: Placement; readonly writer: Placement };
  readonly outputBase: string;
  /** Forms that the reader is asked for, best first. */
  readonly accepts: readonly BatchForm[];
  /** What becomes of each form that the reader may yield; a form that is missing cannot be written. */
  readonly paths: readonly FormPath[];
  /** Empty when only the reader knows what it will yield. */
  readonly objects: readonly ObjectPlan[];
  /** Plans an object that the reader announces. */
  readonly planObject: (spec: ObjectSpec) => ObjectPlan;
  /** Whether records stay in the function that reads them; absent unless both plugins run in the cloud. */
  readonly transfer?: TransferChoice & {
    /** What `planObject` goes by, for the function. */
    readonly planning: ObjectPlanning;
  };
}

/** What a plan is made for. */
export interface PlanOptions {
  /** Objects of this run alone. */
  readonly objects?: readonly string[] | undefined;
  /** Records of each object that are read at most. */
  readonly limit?: number | undefined;
  /** Forget positions, and replace what the target holds where the writer can. */
  readonly fullRefresh?: boolean | undefined;
  /** Read and check, but write nothing and keep no state. */
  readonly dryRun?: boolean | undefined;
}

/** What the plan of one object is made from. */
export interface ObjectPlanning extends Pick<PlanOptions, "fullRefresh" | "limit"> {
  readonly job: AssetJob & {
    readonly mode?: WriteMode;
    readonly target: { readonly config: { readonly key?: readonly string[] } };
  };
  readonly reader: Pick<PluginSpec, "yields">;
  readonly writer: PluginSpec;
  /** What the reader discovered, when it was asked. */
  readonly discovered: DiscoveryResult | undefined;
  readonly states: Readonly<Record<string, ObjectState>>;
}

/** What a plan is made from. */
export interface PlanSources extends Omit<ObjectPlanning, "fullRefresh" | "limit"> {
  readonly job: ResolvedJob;
  readonly reader: PluginSpec;
}

/**
 * Decides what a run will do, before any data moves.
 *
 * @throws DativoError `OBJECT_NOT_FOUND`, `CONFIG_INVALID`, `ASSET_MISMATCH`
 */
export function makePlan(sources: PlanSources, options: PlanOptions): Plan {
  const { job, reader, writer, discovered } = sources;
  const specs = knownObjects(reader, discovered);
  const names = chooseObjects({
    job: job.source.config.objects,
    only: options.objects,
    known: specs === undefined ? undefined : [...specs.keys()],
  });
  assertAsset(job, names);
  const accepts = writer.accepts ?? ["rows"];
  const { limit, fullRefresh } = options;
  const planning = { ...sources, limit, fullRefresh };
  const planObject = (spec: ObjectSpec) => planAnnounced(spec, planning);
  const run = {
    dry: options.dryRun === true,
    limited: limit !== undefined,
    objectsKnown: names.length > 0,
  };
  const transfer = chooseTransfer(sources, run);
  return {
    reader,
    writer,
    placements: { reader: job.source.placement, writer: job.target.placement },
    outputBase: job.target.outputBase,
    accepts: formsForReader(accepts),
    paths: possiblePaths(accepts),
    objects: names.map((name) => {
      const spec = reader.objects?.find((object) => object.name === name);
      return spec === undefined
        ? assumed(planObject(specs?.get(name) ?? { name, incremental: true }))
        : planObject(spec);
    }),
    planObject,
    ...(transfer === undefined ? {} : { transfer: { ...transfer, planning } }),
  };
}

/** Objects that the reader names by itself or discovers; undefined when it does neither. */
function knownObjects(
  reader: PluginSpec,
  discovered: DiscoveryResult | undefined,
): ReadonlyMap<string, ObjectSpec> | undefined {
  if (reader.objects !== undefined) return new Map(reader.objects.map((spec) => [spec.name, spec]));
  if (discovered === undefined || discovered.objects.length === 0) return undefined;
  return new Map(
    discovered.objects.map(({ name, cursor }) => {
      const spec: ObjectSpec = { name, incremental: true, ...(cursor === undefined ? {} : { cursor }) };
      return [name, spec];
    }),
  );
}

/** Plans an object as its reader announces it. */
export function planAnnounced(spec: ObjectSpec, planning: ObjectPlanning): ObjectPlan {
  const { job, reader, writer, discovered, states, fullRefresh, limit } = planning;
  const found: DiscoveredObject | undefined = discovered?.objects.find(({ name }) => name === spec.name);
  const last = Object.hasOwn(states, spec.name) ? states[spec.name] : undefined;
  const chosen = chooseSchema({
    asset: assetOf(job, spec.name),
    spec,
    discovered: found,
    last: last?.schema,
  });
  const { mode, reason } = chooseMode({
    wanted: job.mode,
    writer,
    object: spec,
    fullRefresh: fullRefresh === true,
    limited: limit !== undefined,
    key: job.target.config.key,
    schema: chosen.schema,
  });
  const accepts = writer.accepts ?? ["rows"];
  const paths = (reader.yields ?? [])
    .filter((from) => isPossible(from, accepts))
    .map((from) => choosePath(from, accepts, isDeclared(chosen.origin)));
  const fromStart = fullRefresh === true || mode === "replace";
  return {
    name: spec.name,
    incremental: spec.incremental,
    ...(spec.cursor === undefined ? {} : { cursor: spec.cursor }),
    schema: chosen.schema,
    schemaOrigin: chosen.origin,
    mode,
    modeReason: reason,
    paths,
    state: fromStart ? null : (last?.state ?? null),
  };
}

/** The plan of an object of which nobody has said yet whether it is read incrementally. */
function assumed(plan: ObjectPlan): ObjectPlan {
  if (plan.modeReason === "target.mode") return plan;
  return { ...plan, modeReason: `${plan.modeReason}, as far as is known before reading` };
}

function assertAsset({ asset, source }: ResolvedJob, objects: readonly string[]): void {
  const named = asset?.object;
  if (
    named === undefined ||
    objects.length === 0 ||
    source.config.objects.includes(named) ||
    objects.includes(named)
  )
    return;
  throw new DativoError({
    code: "ASSET_MISMATCH",
    message: `The asset describes the object "${named}", and the job reads ${objects.join(", ")}.`,
    hint: "Correct object in the asset definition, or source.objects in the job.",
    details: { object: named, objects },
  });
}

import {
  CONTRACT_VERSION,
  PLUGIN,
  type PluginExport,
  type PluginSpec,
  type ReaderInstance,
  type ReaderOpen,
} from "@dativo/protocol";
import type { ConfigOf, ConfigParts } from "../config/config-parts.js";
import { configSchemaOf, secretPaths } from "../config/config-schema.js";
import { readConfig } from "../config/read-config.js";
import { pluginServices } from "../host/plugin-services.js";
import { Lifetime } from "../lifetime/lifetime.js";
import { wrongKind } from "../wrong-kind.js";
import { batchBytesOf } from "./batch-buffer.js";
import { type AnyReaderDefinition, DefinedReader } from "./defined-reader.js";
import { cursorOf, planObjects } from "./object-plan.js";
import type { DynamicObject, OpenReaderContext, ReaderDefinition, RowOf } from "./reader-definition.js";

declare const TYPES: unique symbol;

/** A reader that a runtime can load; export it and name it in a job as `path:default`. */
export interface DefinedReaderPlugin<Parts, Schemas> extends PluginExport {
  /** Only for the type system: what `InferConfig` and `InferRow` read. */
  readonly [TYPES]?: { readonly parts: Parts; readonly schemas: Schemas };
}

/** The checked configuration of a reader or writer. @example type Config = InferConfig<typeof reader> */
export type InferConfig<Plugin> = Plugin extends { readonly [TYPES]?: { readonly parts: infer Parts } }
  ? ConfigOf<Parts>
  : never;

/** The row of one object of a reader. @example type Quake = InferRow<typeof reader, "quakes"> */
export type InferRow<Plugin, Name extends ObjectNames<Plugin>> = Plugin extends {
  readonly [TYPES]?: { readonly schemas: infer Schemas };
}
  ? Name extends keyof Schemas
    ? RowOf<Schemas[Name]>
    : never
  : never;

/** Names of the objects of a reader. */
type ObjectNames<Plugin> = Plugin extends { readonly [TYPES]?: { readonly schemas: infer Schemas } }
  ? keyof Schemas
  : never;

/**
 * Defines a reader: where its configuration comes from, how its client is made, and how each object is read.
 *
 * The SDK follows cursors, places checkpoints, regroups rows, stops on cancellation and closes the client. Put
 * `config` before `open` and `open` before `objects`: types are inferred in that order.
 *
 * @throws DativoError `PLUGIN_INVALID` when an object contradicts itself, such as a cursor that has no order
 * @example
 * export default defineReader({
 *   name: "usgs",
 *   config: { connection: z.object({ base_url: z.url() }) },
 *   open: ({ config, http }) => http.with({ baseUrl: config.connection.base_url }),
 *   objects: {
 *     quakes: {
 *       schema: z.object({ id: z.string(), mag: z.number().nullable(), updated: z.iso.datetime() }),
 *       key: ["id"],
 *       cursor: "updated",
 *       read: ({ client, since }) => client.pages("/quakes", { query: { since }, next: { style: "cursor", from: "next", param: "cursor" } }),
 *     },
 *   },
 * });
 */
export function defineReader<const Parts extends ConfigParts, Client, Schemas, const Cursors, Positions>(
  definition: ReaderDefinition<Parts, Client, Schemas, Cursors, Positions>,
): DefinedReaderPlugin<Parts, Schemas> {
  const erased = definition as unknown as AnyReaderDefinition;
  const plans =
    typeof definition.objects === "function"
      ? undefined
      : planObjects(definition.objects as Readonly<Record<string, DynamicObject>>);
  // A definition that contradicts itself fails where it is written, not when the object is read.
  for (const plan of plans?.values() ?? []) cursorOf(plan);
  let spec: PluginSpec | undefined;
  return {
    [PLUGIN]: {
      get spec() {
        spec ??= specOf(definition, plans);
        return spec;
      },
      openReader: (open) => openDefinedReader(definition, erased, open),
      openWriter: () => Promise.reject(wrongKind(definition.name, "reader")),
    },
  };
}

function specOf(
  definition: {
    readonly name: string;
    readonly version?: string;
    readonly description?: string;
    readonly config?: ConfigParts;
  },
  plans: ReturnType<typeof planObjects> | undefined,
): PluginSpec {
  const configSchema = configSchemaOf(definition.config);
  return {
    name: definition.name,
    kind: "reader",
    version: definition.version ?? "0.0.0",
    api: CONTRACT_VERSION,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    configSchema,
    secrets: secretPaths(configSchema),
    ...(plans === undefined ? {} : { objects: [...plans.values()].map((plan) => plan.spec) }),
    ...(dividesObjects(plans) ? { partitions: true } : {}),
  };
}

/** Whether some object has partitions; of objects that only the source knows, each may. */
function dividesObjects(plans: ReturnType<typeof planObjects> | undefined): boolean {
  return (
    plans === undefined || [...plans.values()].some(({ definition }) => definition.partitions !== undefined)
  );
}

async function openDefinedReader<Parts extends ConfigParts, Client, Schemas, Cursors, Positions>(
  definition: ReaderDefinition<Parts, Client, Schemas, Cursors, Positions>,
  erased: AnyReaderDefinition,
  open: ReaderOpen,
): Promise<ReaderInstance> {
  const { config: source, host } = open;
  const config = await readConfig(
    { name: definition.name, side: "source", parts: definition.config },
    source,
    host.redactor,
  );
  const lifetime = new Lifetime<unknown>(host.signal, () => definition.open?.(context));
  const services = pluginServices(definition.name, host, {
    engine: source.engine,
    rateLimits: source.rateLimits,
    signal: lifetime.signal,
  });
  const context: OpenReaderContext<Parts> = { ...services, config, source, signal: lifetime.signal };
  return new DefinedReader(
    erased,
    context as unknown as OpenReaderContext<object>,
    lifetime,
    batchBytesOf(source.engine),
  );
}

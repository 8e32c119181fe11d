import {
  CONTRACT_VERSION,
  PLUGIN,
  type PluginExport,
  type PluginSpec,
  type WriterInstance,
  type WriterOpen,
} from "@dativo/protocol";
import type { ConfigParts } from "../config/config-parts.js";
import { configSchemaOf, secretPaths } from "../config/config-schema.js";
import { readConfig } from "../config/read-config.js";
import { pluginServices } from "../host/plugin-services.js";
import { Lifetime } from "../lifetime/lifetime.js";
import type { DefinedReaderPlugin } from "../reader/define-reader.js";
import { wrongKind } from "../wrong-kind.js";
import { DefinedWriter } from "./defined-writer.js";
import type { OpenWriterContext, WriterDefinition } from "./writer-definition.js";

/** A writer that a runtime can load; export it and name it in a job as `path:default`. */
export type DefinedWriterPlugin<Parts> = DefinedReaderPlugin<Parts, Record<never, never>>;

/**
 * Defines a writer: batches are staged, and a commit makes them visible.
 *
 * Put `config` before `open` and `open` before the operations: types are inferred in that order.
 *
 * @example
 * export default defineWriter({
 *   name: "webhook",
 *   config: { connection: z.object({ url: z.url() }) },
 *   open: ({ config, http, run }) => new Outbox(http, config.connection.url, run.id),
 *   write: ({ client, batch }) => client.stage(batch.rows()),
 *   commit: ({ client, files, token }) => client.publish(files, token),
 *   abort: ({ client, files }) => client.discard(files),
 * });
 */
export function defineWriter<const Parts extends ConfigParts, Client>(
  definition: WriterDefinition<Parts, Client>,
): DefinedWriterPlugin<Parts> {
  let spec: PluginSpec | undefined;
  const plugin: PluginExport = {
    [PLUGIN]: {
      get spec() {
        spec ??= specOf(definition);
        return spec;
      },
      openReader: () => Promise.reject(wrongKind(definition.name, "writer")),
      openWriter: (open) => openDefinedWriter(definition, open),
    },
  };
  return plugin;
}

function specOf(
  definition: Pick<
    WriterDefinition<ConfigParts, never>,
    "name" | "version" | "description" | "config" | "accepts" | "modes" | "idempotentCommit" | "singleProcess"
  >,
): PluginSpec {
  const configSchema = configSchemaOf(definition.config);
  return {
    name: definition.name,
    kind: "writer",
    version: definition.version ?? "0.0.0",
    api: CONTRACT_VERSION,
    ...(definition.description === undefined ? {} : { description: definition.description }),
    configSchema,
    secrets: secretPaths(configSchema),
    accepts: definition.accepts ?? ["rows"],
    idempotentCommit: definition.idempotentCommit ?? false,
    modes: definition.modes ?? ["append"],
    ...(definition.singleProcess === true ? { singleProcess: true } : {}),
  };
}

async function openDefinedWriter<Parts extends ConfigParts, Client>(
  definition: WriterDefinition<Parts, Client>,
  open: WriterOpen,
): Promise<WriterInstance> {
  const { config: target, host, asset, object, mode, outputBase } = open;
  const config = await readConfig(
    { name: definition.name, side: "target", parts: definition.config },
    target,
    host.redactor,
  );
  const lifetime = new Lifetime<unknown>(host.signal, () => definition.open?.(context));
  const services = pluginServices(definition.name, host, { engine: target.engine, signal: lifetime.signal });
  const context: OpenWriterContext<Parts> = {
    ...services,
    config,
    target,
    asset,
    object,
    mode,
    outputBase,
    signal: lifetime.signal,
  };
  return new DefinedWriter(
    definition as unknown as WriterDefinition<object, unknown>,
    context as unknown as OpenWriterContext<object>,
    lifetime,
  );
}

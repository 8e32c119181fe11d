import {
  DativoError,
  type DiscoveryResult,
  formatFieldType,
  type HostContext,
  type ObjectSpec,
  parsePluginReference,
  Redactor,
} from "@dativo/protocol";
import type { Context } from "./context.js";
import { pluginRuntimes } from "./open-engine.js";
import { projectFolder } from "./project-folder.js";

/**
 * Asks a reader plugin for its objects without a job: those it declares, else those it discovers with an empty
 * configuration.
 *
 * @throws DativoError `CONFIG_INVALID`, `PLUGIN_NOT_FOUND`, `PLUGIN_INVALID`, or what the plugin throws
 */
export async function discoverPlugin(text: string, context: Context): Promise<DiscoveryResult> {
  const reference = parsePluginReference(text);
  const projectRoot = projectFolder(context.cwd);
  const redactor = new Redactor();
  const log = () => {};
  const runtime = (await pluginRuntimes()).find(
    // Without a job nothing says where in the cloud it might be.
    ({ placements = ["in_process"], handles }) => placements.includes("in_process") && handles(reference),
  );
  if (runtime === undefined)
    throw new DativoError({
      code: "PLUGIN_NOT_FOUND",
      message: `No runtime loads ${text}.`,
      hint: "Name a job file ending in .yaml, or a plugin as path:Name, such as plugins/usgs.ts:default.",
    });
  const plugin = await runtime.load(reference, {
    projectRoot,
    searchPaths: [context.cwd, projectRoot],
    placement: { kind: "in_process" },
    kind: "reader",
    redactor,
    log,
  });
  try {
    if (plugin.spec.kind !== "reader")
      throw new DativoError({
        code: "PLUGIN_INVALID",
        message: `${text} is a ${plugin.spec.kind}; only readers have objects.`,
      });
    if (plugin.spec.objects !== undefined)
      return {
        objects: plugin.spec.objects.map(describedObject),
        metadata: { source: "declared by the plugin" },
      };
    const host: HostContext = {
      signal: context.cancellation(),
      log,
      redactor,
      run: { id: "none", job: text },
      projectRoot,
    };
    const config = {
      type: "custom",
      connection: {},
      credentials: {},
      objects: [],
      files: [],
      tables: [],
      sheets: [],
      incremental: {},
      engine: {},
      rateLimits: {},
    };
    const reader = await plugin.openReader({ config, host, defaultObject: "records" });
    return await reader.discover(host.signal).finally(() => reader.close());
  } finally {
    await plugin.close();
  }
}

function describedObject({
  name,
  description,
  schema,
  cursor,
}: ObjectSpec): DiscoveryResult["objects"][number] {
  return {
    name,
    type: "object",
    ...(description === undefined ? {} : { description }),
    ...(cursor === undefined ? {} : { cursor }),
    ...(schema?.key === undefined ? {} : { key: [...schema.key] }),
    ...(schema === undefined
      ? {}
      : {
          columns: schema.fields.map((field) => ({
            name: field.name,
            type: formatFieldType(field.type),
            ...(field.required === undefined ? {} : { required: field.required }),
          })),
        }),
  };
}

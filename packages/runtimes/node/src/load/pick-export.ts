import { DativoError, nearestFirst, PLUGIN, type Plugin, type PluginReference } from "@dativo/protocol";
import { describeValue } from "@dativo/runtime-host";

type Exported = Omit<Plugin, "close">;

/**
 * Finds the plugin that a reference names among the exports of its module.
 *
 * @throws DativoError `PLUGIN_EXPORT_NOT_FOUND`, `PLUGIN_INVALID`
 */
export function pickExport(module: Readonly<Record<string, unknown>>, reference: PluginReference): Exported {
  const { exportName, location, text } = reference;
  const exports = exportsOf(module);
  if (!exports.has(exportName)) {
    const names = nearestFirst(exportName, [...exports.keys()]);
    const plugins = names.filter((name) => pluginOf(exports.get(name)) !== undefined);
    throw new DativoError({
      code: "PLUGIN_EXPORT_NOT_FOUND",
      message: `${location} has no export "${exportName}". It exports ${names.length === 0 ? "nothing" : names.join(", ")}.`,
      hint:
        plugins[0] === undefined
          ? "Export a reader or writer under that name."
          : `Write ${location}:${plugins[0]}`,
      details: { reference: text, exports: names },
    });
  }
  const value = exports.get(exportName);
  const plugin = pluginOf(value);
  if (plugin === undefined) throw notPlugin(value, reference);
  checkSpec(plugin, reference);
  return plugin;
}

/** The exports by name; those of a CommonJS module are the members of its default export. */
function exportsOf(module: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const exports = new Map(Object.entries(module));
  const fallback = exports.get("default");
  if (exports.size === 1 && typeof fallback === "object" && fallback !== null && !(PLUGIN in fallback))
    for (const [name, value] of Object.entries(fallback)) if (!exports.has(name)) exports.set(name, value);
  return exports;
}

function pluginOf(value: unknown): Exported | undefined {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  const plugin = (value as { readonly [PLUGIN]?: unknown })[PLUGIN];
  return typeof plugin === "object" && plugin !== null ? (plugin as Exported) : undefined;
}

function notPlugin(value: unknown, reference: PluginReference): DativoError {
  const members = {
    ...methodsOf(value),
    ...methodsOf((value as { prototype?: unknown } | null | undefined)?.prototype),
  };
  const base = "extract" in members ? "BaseReader" : "writeBatch" in members ? "BaseWriter" : undefined;
  return new DativoError({
    code: "PLUGIN_INVALID",
    message:
      base === undefined
        ? `"${reference.text}" is ${describeValue(value)}, not a reader or writer.`
        : `"${reference.text}" looks like a ${base === "BaseReader" ? "reader" : "writer"}, but does not extend ${base}.`,
    hint:
      base === undefined
        ? undefined
        : `Write: class ${reference.exportName === "default" ? "…" : reference.exportName} extends ${base}, imported from "@dativo/sdk".`,
    details: { reference: reference.text },
  });
}

function methodsOf(value: unknown): Record<string, true> {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return {};
  return Object.fromEntries(Object.getOwnPropertyNames(value).map((name) => [name, true]));
}

function checkSpec(plugin: Exported, reference: PluginReference): void {
  const spec: Partial<Plugin["spec"]> | null | undefined = plugin.spec;
  const problem =
    typeof spec !== "object" || spec === null
      ? "has no spec"
      : typeof spec.name !== "string" || spec.name === ""
        ? "has no name"
        : spec.kind !== "reader" && spec.kind !== "writer"
          ? "is neither a reader nor a writer"
          : typeof spec.version !== "string"
            ? "has no version"
            : typeof plugin.openReader !== "function" || typeof plugin.openWriter !== "function"
              ? "cannot be opened"
              : undefined;
  if (problem === undefined) return;
  throw new DativoError({
    code: "PLUGIN_INVALID",
    message: `The plugin "${reference.text}" ${problem}.`,
    details: { reference: reference.text, spec: describeValue(spec) },
  });
}

import { DativoError } from "./error.js";
import type { PluginReference } from "./plugin.js";

/**
 * Splits `path:Name` at its last colon.
 *
 * @throws DativoError `CONFIG_INVALID` when there is no colon, or nothing on one side of it
 * @example
 * parsePluginReference("plugins/usgs.ts:default") // { location: "plugins/usgs.ts", exportName: "default", … }
 */
export function parsePluginReference(text: string): PluginReference {
  const colon = text.lastIndexOf(":");
  const location = text.slice(0, Math.max(colon, 0)).trim();
  const exportName = text.slice(colon + 1).trim();
  if (colon < 0 || location === "" || exportName === "" || /[\\/]/.test(exportName))
    throw new DativoError({
      code: "CONFIG_INVALID",
      message: `"${text}" does not name a plugin.`,
      hint: "Write path:Name, such as plugins/my_reader.ts:MyReader, or package:Name.",
    });
  return { text, location, exportName };
}

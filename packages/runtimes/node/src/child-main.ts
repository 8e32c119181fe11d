import { parsePluginReference } from "@dativo/protocol";
import { fromWire, servePlugin } from "@dativo/runtime-host";
import { type LoadOptions, loadPlugin } from "./load/load-plugin.js";

// What a plugin's process runs.
servePlugin({
  name: "@dativo/runtime-node",
  load: (params, surroundings) => {
    const { reference, ...search } = fromWire<{ reference: string } & Omit<LoadOptions, "log" | "redactor">>(
      params,
    );
    return loadPlugin(parsePluginReference(reference), { ...search, ...surroundings });
  },
});

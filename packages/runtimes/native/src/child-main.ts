import { parsePluginReference } from "@dativo/protocol";
import { fromWire, servePlugin } from "@dativo/runtime-host";
import { loadNativePlugin, type NativeLoading } from "./load/native-plugin.js";

// What a plugin's process runs.
servePlugin({
  name: "@dativo/runtime-native",
  load: async (params, { log }) => {
    const { reference, ...loading } = fromWire<{ reference: string } & Omit<NativeLoading, "log">>(params);
    return loadNativePlugin(parsePluginReference(reference), { ...loading, log });
  },
});

import {
  assertContractVersion,
  DativoError,
  type HostContext,
  type Plugin,
  type PluginReference,
  type PluginSpec,
  pluginSpecSchema,
} from "@dativo/protocol";
import { fromWire, toWire } from "@dativo/runtime-host";
import { CallNote } from "../call/crash-note.js";
import type { NativeLibrary } from "../load/native-library.js";
import { emptyBuffer, parseAnswer, takeBytes } from "./v2-buffer.js";
import { V2Instance } from "./v2-instance.js";
import { V2Reader } from "./v2-reader.js";
import { KIND_BITS, type V2Table } from "./v2-table.js";
import { V2Writer } from "./v2-writer.js";

/** The plugin of a library of ABI v2. */
export function v2Plugin(
  library: NativeLibrary,
  table: V2Table,
  reference: PluginReference,
  kind: PluginSpec["kind"],
): Omit<Plugin, "close"> {
  const spec = readSpec(table, reference, kind);
  assertContractVersion({ name: `Plugin "${spec.name}"`, api: spec.api });
  const open = async (host: HostContext, request: object): Promise<V2Instance> => {
    const { run, projectRoot, signal, log } = host;
    return await V2Instance.open({
      table,
      kind,
      request: { ...request, run, project_root: projectRoot },
      signal,
      log,
      note: CallNote.open(projectRoot, { plugin: spec.name, file: library.file }),
    });
  };
  return {
    spec,
    openReader: async ({ host, config, ...rest }) =>
      new V2Reader(await open(host, { config: toWire(config), ...toWire(rest) })),
    openWriter: async ({ host, config, asset, ...rest }) =>
      new V2Writer(await open(host, { config: toWire(config), asset: toWire(asset), ...toWire(rest) })),
  };
}

function readSpec(table: V2Table, reference: PluginReference, kind: PluginSpec["kind"]): PluginSpec {
  const out = emptyBuffer();
  const status = table.spec(KIND_BITS[kind], out);
  const answer = parseAnswer("spec", takeBytes(out, table));
  if (status !== 0) throw invalid(reference, String((answer as { message?: unknown } | null)?.message));
  const found = pluginSpecSchema.safeParse(fromWire(answer));
  if (!found.success) {
    const [issue] = found.error.issues;
    throw invalid(reference, `its spec is wrong at ${issue?.path.join(".") || "the top"}: ${issue?.message}`);
  }
  const forms =
    kind === "reader" ? { yields: ["native", "arrow"] as const } : { accepts: ["native", "arrow"] as const };
  return { ...found.data, kind, ...forms };
}

function invalid(reference: PluginReference, problem: string): DativoError {
  return new DativoError({
    code: "PLUGIN_INVALID",
    message: `The plugin "${reference.text}" says of itself what it should not: ${problem}`,
    details: { reference: reference.text },
  });
}

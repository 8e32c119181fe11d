import type { AssetDefinition, HostContext, WriteMode, WriteResult, WriterInstance } from "@dativo/protocol";
import type { ResolvedJob } from "../job/resolved-job.js";
import { assetOf } from "../plan/asset-of.js";
import type { LoadedPlugins } from "../plan/plugins.js";
import { assertFiles } from "./kept-secrets.js";

/**
 * Opens the writer of one object.
 *
 * @throws DativoError what the plugin throws; `write` and `flush` throw `ABI_VIOLATION` when they give a secret away
 */
export async function openWriter(
  job: ResolvedJob,
  plugins: LoadedPlugins,
  host: HostContext,
  target: { readonly object: string; readonly mode: WriteMode },
): Promise<WriterInstance> {
  const { object, mode } = target;
  const writer = await plugins.writer.openWriter({
    config: { ...job.target.config, mode },
    host,
    asset: assetOf(job, object) ?? unnamedAsset(object),
    object,
    mode,
    outputBase: job.target.outputBase,
  });
  const checked = (result: WriteResult): WriteResult => {
    assertFiles(job.redactor, object, result.files);
    return result;
  };
  return {
    check: (signal) => writer.check(signal),
    write: async (request, signal) => checked(await writer.write(request, signal)),
    flush: async (token, signal) => checked(await writer.flush(token, signal)),
    commit: (request, signal) => writer.commit(request, signal),
    abort: (request, signal) => writer.abort(request, signal),
    close: () => writer.close(),
  };
}

/** What a writer is told of an object that no asset definition describes. */
export function unnamedAsset(object: string): AssetDefinition {
  return { name: object, version: "1.0.0", object, extra: {} };
}

/** A writer that takes everything and stores nothing. */
export const DRY_WRITER: WriterInstance = {
  check: async () => ({ success: true, message: "nothing is written" }),
  write: async () => ({ files: [] }),
  flush: async () => ({ files: [] }),
  commit: async () => ({ status: "success", files_added: 0 }),
  abort: async () => undefined,
  close: async () => undefined,
};

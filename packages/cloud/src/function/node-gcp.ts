import type { IncomingMessage, ServerResponse } from "node:http";
import { installHostGuards } from "@dativo/runtime-host";
import { openPackage } from "./packaged-plugin.js";
import { serveInvocation } from "./serve-invocation.js";
import { writeTo } from "./write-to.js";

/** A request of the Functions Framework, which has read its body. */
type FrameworkRequest = IncomingMessage & { readonly rawBody?: Uint8Array };

installHostGuards();
const top = process.cwd();

/** The function that the Functions Framework calls. */
export async function dativo(request: FrameworkRequest, response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  response.on("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  response.setHeader("content-type", "application/octet-stream");
  const { load, projectRoot } = openPackage(top);
  await serveInvocation(request.rawBody ?? new Uint8Array(0), {
    load,
    projectRoot,
    send: writeTo(response),
    signal: gone.signal,
  });
  response.end();
}

import type { Writable } from "node:stream";
import { installHostGuards } from "@dativo/runtime-host";
import { bufferedAnswer, type LambdaEvent, lambdaFrames } from "../deploy/lambda-event.js";
import { openPackage } from "./packaged-plugin.js";
import { serveInvocation } from "./serve-invocation.js";
import { writeTo } from "./write-to.js";

/** What Node runtimes of Lambda offer to functions that answer while they work. */
interface StreamingRuntime {
  streamifyResponse(
    handler: (
      event: LambdaEvent,
      response: Writable,
      context: { getRemainingTimeInMillis(): number },
    ) => Promise<void>,
  ): unknown;
}

declare const awslambda: StreamingRuntime;

installHostGuards();
const top = process.env.LAMBDA_TASK_ROOT ?? process.cwd();

/** The handler that Lambda calls. */
export const handler = awslambda.streamifyResponse(async (event, response, context) => {
  const gone = new AbortController();
  response.on("error", () => gone.abort());
  const { load, projectRoot } = openPackage(top);
  const parts: Uint8Array[] = [];
  const keep = async (bytes: Uint8Array) => {
    parts.push(bytes);
  };
  await serveInvocation(lambdaFrames(event), {
    load,
    projectRoot,
    send: event.buffered === true ? keep : writeTo(response),
    remainingMs: () => context.getRemainingTimeInMillis(),
    signal: gone.signal,
  });
  if (event.buffered === true) response.write(bufferedAnswer(parts));
  response.end();
});

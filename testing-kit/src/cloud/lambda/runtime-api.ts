import type { IncomingMessage, ServerResponse } from "node:http";
import { bodyOf, EmulatorServer } from "../emulator-server.js";
import type { FunctionError } from "./invocation.js";

const PREFIX = "/2018-06-01/runtime";

/** What a runtime does, as its environment hears of it. */
export interface RuntimeEvents {
  /** It is ready for an event, which is written to the response. */
  next(response: ServerResponse): void;
  /** It answers. @returns the status for the runtime, or undefined when it did not finish its answer */
  answer(id: string, request: IncomingMessage): Promise<number | undefined>;
  /** It reports that the function failed. */
  failed(id: string, error: FunctionError): boolean;
  /** It could not start. */
  initFailed(error: FunctionError): void;
}

/** The HTTP interface between one environment and the program in it: Lambda's Runtime API, version 2018-06-01. */
export function runtimeApi(events: RuntimeEvents): EmulatorServer {
  return new EmulatorServer(async (request, response) => {
    const path = request.url ?? "";
    if (request.method === "GET" && path === `${PREFIX}/invocation/next`) return events.next(response);
    if (request.method === "POST" && path === `${PREFIX}/init/error`) {
      const error = await reported(request, "Runtime.InitError");
      send(response, 202);
      return events.initFailed(error);
    }
    const [, id = "", what] =
      /^\/2018-06-01\/runtime\/invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method !== "POST" || what === undefined) return send(response, 404);
    if (what === "error")
      return send(response, events.failed(id, await reported(request, "Unhandled")) ? 202 : 400);
    const status = await events.answer(id, request);
    if (status !== undefined) send(response, status);
  });
}

async function reported(request: IncomingMessage, otherwise: string): Promise<FunctionError> {
  const type = request.headers["lambda-runtime-function-error-type"];
  return { type: typeof type === "string" ? type : otherwise, body: await bodyOf(request) };
}

function send(response: ServerResponse, status: number): void {
  const body =
    status === 202
      ? { status: "OK" }
      : { errorType: "InvalidRequest", errorMessage: `The emulator answers ${status}` };
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { DativoError } from "@dativo/protocol";
import type { DeployedFunction } from "../deploy/function-deployer.js";
import type { FunctionLimits, InvokeOptions } from "../deploy/function-transport.js";
import { lambdaEvent } from "../deploy/lambda-event.js";

/** What runs a function of each language for one invocation. */
const CHILDREN = {
  node: { command: process.execPath, script: "function-child.mjs", entry: "index.mjs" },
  python: { command: "python3", script: "function-child.py", entry: "" },
};

/** What goes wrong in one invocation. */
export type Fault =
  /** The provider refuses it. */
  | { readonly kind: "throttle" }
  /** The function's process is killed once it has answered so many bytes. */
  | { readonly kind: "kill"; readonly afterBytes: number }
  /** The response ends there without a word, as if that were all. */
  | { readonly kind: "truncate"; readonly afterBytes: number };

/** How a function on this machine behaves. */
export interface LocalFunctionOptions {
  /** @default "node" */
  readonly language?: keyof typeof CHILDREN;
  readonly limits?: Partial<FunctionLimits>;
  readonly env?: Readonly<Record<string, string>>;
  /** What goes wrong in an invocation, by its number from 1. */
  readonly fault?: (invocation: number) => Fault | undefined;
}

/** A function on this machine, and what was asked of it. */
export interface LocalFunction extends DeployedFunction {
  readonly requests: Uint8Array[];
  /** Values that were handed to the secret store, by key path. */
  readonly stored: Record<string, string>;
}

/** A function whose package lies in a folder; each invocation is a process of its own, as cold as can be. */
export function localFunction(top: string, options: LocalFunctionOptions = {}): LocalFunction {
  const limits: FunctionLimits = {
    requestBytes: 4 * 1024 * 1024,
    responseBytes: 5_500_000,
    timeoutSeconds: 30,
    ...options.limits,
  };
  const requests: Uint8Array[] = [];
  const stored: Record<string, string> = {};
  async function* invoke(request: Uint8Array, { signal, onReport }: InvokeOptions) {
    requests.push(request);
    const fault = options.fault?.(requests.length);
    if (fault?.kind === "throttle")
      throw new DativoError({ code: "CLOUD_THROTTLED", message: "Rate exceeded." });
    const startedAt = Date.now();
    const deadline = startedAt + limits.timeoutSeconds * 1000;
    const { command, script, entry } = CHILDREN[options.language ?? "node"];
    const program = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(command, [program, join(top, entry), String(deadline)], {
      env: { PATH: process.env.PATH ?? "", LAMBDA_TASK_ROOT: top, ...options.env },
      stdio: ["pipe", "ignore", "pipe", "pipe"],
      cwd: top,
    });
    const kill = () => child.kill("SIGKILL");
    signal.addEventListener("abort", kill, { once: true });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      kill();
    }, limits.timeoutSeconds * 1000);
    let errors = "";
    child.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(JSON.stringify(lambdaEvent(request)));
    let bytes = 0;
    try {
      for await (const chunk of child.stdio[3] as Readable) {
        const room = fault === undefined ? Number.POSITIVE_INFINITY : fault.afterBytes - bytes;
        bytes += chunk.length;
        if (chunk.length <= room) yield chunk as Uint8Array;
        else {
          yield (chunk as Uint8Array).subarray(0, Math.max(0, room));
          kill();
          if (fault?.kind === "truncate") return;
          break;
        }
      }
      const code = await ended;
      if (code !== 0) throw failed(timedOut, code, errors);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", kill);
      kill();
      onReport?.({ requestId: String(requests.length), billedMilliseconds: Date.now() - startedAt });
    }
  }
  return {
    name: "local",
    resource: top,
    outcome: "created",
    requests,
    stored,
    transport: { name: "local", limits, invoke },
    secretReferences: {},
    storeSecrets: async (values) => {
      Object.assign(stored, values);
      return Object.fromEntries(
        Object.keys(values).map((path) => [
          path,
          `arn:aws:secretsmanager:eu-central-1:123456789012:secret:local#${path}`,
        ]),
      );
    },
  };
}

function failed(timedOut: boolean, code: number | null, errors: string): DativoError {
  return new DativoError({
    code: "CLOUD_INVOCATION_FAILED",
    message: timedOut
      ? "The function ran into its time limit."
      : `The function's process ended (${code ?? "killed"}). ${errors.trim()}`,
    details: { error_type: timedOut ? "Sandbox.Timedout" : "Runtime.ExitError" },
  });
}

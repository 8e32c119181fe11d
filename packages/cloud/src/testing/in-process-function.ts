import type { Plugin } from "@dativo/protocol";
import { DativoError } from "@dativo/protocol";
import type { DeployedFunction } from "../deploy/function-deployer.js";
import type { FunctionLimits, InvokeOptions } from "../deploy/function-transport.js";
import { serveInvocation } from "../function/serve-invocation.js";

/** How much of a response arrives, and in which pieces. */
export interface Passage {
  /** Bytes after which it ends; absent for all of them. */
  readonly cutAt?: number;
  /** Whether the provider says that it broke off, where it is cut. @default false */
  readonly reported?: boolean;
  /** Whether it is refused instead. @default false */
  readonly throttled?: boolean;
  /** Bytes of a chunk. @default 1024 */
  readonly chunkBytes?: number;
}

/** A function in this process, for tests that need thousands of invocations. */
export function inProcessFunction(
  plugin: Omit<Plugin, "close">,
  limits: Partial<FunctionLimits> = {},
  passage: (invocation: number) => Passage = () => ({}),
): DeployedFunction & { invocations: number } {
  const deployed = {
    name: "in-process",
    resource: "in-process",
    outcome: "reused" as const,
    invocations: 0,
    secretReferences: {},
    storeSecrets: async () => ({}),
    transport: {
      name: "in-process",
      limits: { requestBytes: 4 << 20, responseBytes: 5_500_000, timeoutSeconds: 300, ...limits },
      async *invoke(request: Uint8Array, { signal }: InvokeOptions) {
        deployed.invocations += 1;
        const { cutAt, reported, throttled, chunkBytes = 1024 } = passage(deployed.invocations);
        if (throttled === true) throw new DativoError({ code: "CLOUD_THROTTLED", message: "Rate exceeded." });
        const chunks: Uint8Array[] = [];
        await serveInvocation(request, {
          load: async () => ({ plugin, sources: [] }),
          projectRoot: "/",
          send: async (bytes) => void chunks.push(bytes),
          signal,
        });
        const whole = Buffer.concat(chunks);
        const response = whole.subarray(0, cutAt ?? whole.length);
        for (let at = 0; at < response.length; at += chunkBytes)
          yield response.subarray(at, at + chunkBytes) as Uint8Array;
        if (response.length < whole.length && reported === true)
          throw new DativoError({ code: "CLOUD_INVOCATION_FAILED", message: "It broke off." });
      },
    },
  };
  return deployed;
}

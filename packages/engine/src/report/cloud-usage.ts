import type { InvocationUsage } from "@dativo/protocol";
import type { FunctionReport } from "./run-report.js";

/** What the cloud functions of a run took, added up as their invocations end. */
export class CloudUsage {
  private readonly byFunction = new Map<string, FunctionReport>();

  /** One entry a function, in the order in which they were first invoked. */
  get functions(): FunctionReport[] {
    return [...this.byFunction.values()];
  }

  add({ function: name, billedMilliseconds, requestBytes, responseBytes }: InvocationUsage): void {
    const so = this.byFunction.get(name);
    this.byFunction.set(name, {
      function: name,
      invocations: (so?.invocations ?? 0) + 1,
      unreported: (so?.unreported ?? 0) + (billedMilliseconds === undefined ? 1 : 0),
      billed_ms: (so?.billed_ms ?? 0) + (billedMilliseconds ?? 0),
      request_bytes: (so?.request_bytes ?? 0) + requestBytes,
      response_bytes: (so?.response_bytes ?? 0) + responseBytes,
    });
  }
}

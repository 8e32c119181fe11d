import type { InvocationUsage } from "@dativo/protocol";
import type { FunctionReport } from "./run-report.js";

/** Milliseconds in whole steps of which providers bill that say nothing of single invocations. */
const STEP_MS = 100;

/** What the cloud functions of a run took, added up as their invocations end. */
export class CloudUsage {
  private readonly byFunction = new Map<string, FunctionReport>();

  /** One entry a function, in the order in which they were first invoked. */
  get functions(): FunctionReport[] {
    return [...this.byFunction.values()];
  }

  add(usage: InvocationUsage): void {
    const { function: name, billedMilliseconds, elapsedMilliseconds, requestBytes, responseBytes } = usage;
    const so = this.byFunction.get(name);
    const measured =
      billedMilliseconds === undefined ? Math.ceil(elapsedMilliseconds / STEP_MS) * STEP_MS : 0;
    this.byFunction.set(name, {
      function: name,
      invocations: (so?.invocations ?? 0) + 1,
      unreported: (so?.unreported ?? 0) + (billedMilliseconds === undefined ? 1 : 0),
      billed_ms: (so?.billed_ms ?? 0) + (billedMilliseconds ?? 0),
      measured_ms: (so?.measured_ms ?? 0) + measured,
      request_bytes: (so?.request_bytes ?? 0) + requestBytes,
      response_bytes: (so?.response_bytes ?? 0) + responseBytes,
    });
  }
}

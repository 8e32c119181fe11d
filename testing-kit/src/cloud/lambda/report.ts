/** What is known of an invocation once it is over. */
export interface InvocationFigures {
  readonly requestId: string;
  readonly durationMs: number;
  /** Milliseconds of the cold start; absent for a warm one. */
  readonly initMs: number | undefined;
  readonly memoryMb: number;
  readonly maxMemoryMb: number;
  readonly errorType: string | undefined;
}

/** The last line of an invocation's log, as Lambda writes it. Since August 2025 a cold start is billed too. */
export function reportLine(figures: InvocationFigures): string {
  const { requestId, durationMs, initMs, memoryMb, maxMemoryMb, errorType } = figures;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedMs(figures)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${Math.ceil(maxMemoryMb)} MB`,
  ];
  if (initMs !== undefined) fields.push(`Init Duration: ${initMs.toFixed(2)} ms`);
  if (errorType === "Sandbox.Timedout") fields.push("Status: timeout");
  else if (errorType !== undefined) fields.push("Status: error", `Error Type: ${errorType}`);
  return `${fields.join("\t")}\t`;
}

/** Milliseconds that are charged. */
export function billedMs({ durationMs, initMs }: InvocationFigures): number {
  return Math.ceil(durationMs + (initMs ?? 0));
}

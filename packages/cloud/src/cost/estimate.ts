import { type FunctionCost, type FunctionUse, functionCost, type PricedFunction } from "./function-cost.js";

/** What is known or assumed of a job's records. */
export interface RecordRates {
  /** Milliseconds that are billed for one record. */
  readonly millisecondsPerRecord: number;
  /** Bytes of an answer that one record takes. */
  readonly bytesPerRecord: number;
  /** Milliseconds that each invocation takes beside reading. */
  readonly millisecondsPerInvocation: number;
  /** Where the two come from, in words. */
  readonly origin: string;
}

/** What is taken when nothing was run yet. */
export const ASSUMED_RATES: RecordRates = {
  millisecondsPerRecord: 1 / 20,
  bytesPerRecord: 200,
  millisecondsPerInvocation: 1000,
  origin: "assumed: 20 000 records a second of 200 bytes, 1 s to start",
};

/** Bytes of an answer after which a function stops. */
const RESPONSE_BYTES = { aws: 5_500_000, gcp: 9_000_000 } as const;

/** What a run would take and cost. */
export interface CostEstimate extends FunctionCost {
  readonly records: number;
  readonly use: FunctionUse;
}

/** The rates that a run showed. */
export function measuredRates(run: string, records: number, use: FunctionUse): RecordRates | undefined {
  if (records === 0 || use.billedMilliseconds === 0) return undefined;
  return {
    millisecondsPerRecord: use.billedMilliseconds / records,
    bytesPerRecord: use.responseBytes / records,
    // It is in what was billed for the records.
    millisecondsPerInvocation: 0,
    origin: `from run ${run}`,
  };
}

/**
 * Estimates what it takes to read records in a function: it stops when its answer is full or its time is over, and is
 * invoked again.
 */
export function estimateCost(
  size: PricedFunction,
  timeoutSeconds: number,
  records: number,
  rates: RecordRates,
): CostEstimate {
  const working = records * rates.millisecondsPerRecord;
  const responseBytes = records * rates.bytesPerRecord;
  // The last part of an invocation's time is left for ending it.
  const usable = Math.max(1, timeoutSeconds * 1000 - 15_000);
  const invocations = Math.max(
    1,
    Math.ceil(working / usable),
    Math.ceil(responseBytes / RESPONSE_BYTES[size.provider]),
  );
  const use = {
    invocations,
    billedMilliseconds: working + invocations * rates.millisecondsPerInvocation,
    responseBytes,
  };
  return { records, use, ...functionCost(size, use) };
}

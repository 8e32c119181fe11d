/** What a Lambda emulator has counted. */
export interface LambdaCounters {
  /** Invocations that a function was started or woken for. */
  invocations: number;
  coldStarts: number;
  /** Invocations refused with 429. */
  throttles: number;
  /** Invocations that ended with an error of the function or its environment. */
  errors: number;
  /** Of those, by `Timeout` of the function. */
  timeouts: number;
  /** Most environments that were busy at once. */
  peakConcurrency: number;
  billedMilliseconds: number;
  /** Bytes of responses of functions. */
  responseBytes: number;
}

/** Nothing counted yet. */
export function noLambdaCounts(): LambdaCounters {
  return {
    invocations: 0,
    coldStarts: 0,
    throttles: 0,
    errors: 0,
    timeouts: 0,
    peakConcurrency: 0,
    billedMilliseconds: 0,
    responseBytes: 0,
  };
}

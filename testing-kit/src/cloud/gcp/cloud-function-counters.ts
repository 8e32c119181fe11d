/** What an emulator of Cloud Functions has counted. */
export interface CloudFunctionCounters {
  /** Requests that reached an instance. */
  invocations: number;
  /** Instances started, those that a deployment starts to see whether they listen included. */
  coldStarts: number;
  /** Requests refused with 429. */
  throttles: number;
  /** Requests that were not let in. */
  denied: number;
  /** Requests whose instance failed, or whose answer was cut. */
  errors: number;
  /** Requests that took longer than the function's timeout. */
  timeouts: number;
  /** Most requests that were served at once. */
  peakConcurrency: number;
  /** Milliseconds of instances with a request, rounded up to 100 for each. */
  billedMilliseconds: number;
  /** Bytes of responses. */
  responseBytes: number;
}

/** Nothing counted yet. */
export function noCloudFunctionCounts(): CloudFunctionCounters {
  return {
    invocations: 0,
    coldStarts: 0,
    throttles: 0,
    denied: 0,
    errors: 0,
    timeouts: 0,
    peakConcurrency: 0,
    billedMilliseconds: 0,
    responseBytes: 0,
  };
}

/** What a `REPORT` line of Lambda says of one invocation. */
export interface LambdaReport {
  readonly requestId: string;
  readonly billedMilliseconds: number;
  readonly maxMemoryMb?: number;
}

/**
 * Finds the `REPORT` line of an invocation in the end of its log, which may begin anywhere.
 *
 * @example
 * lambdaReport("REPORT RequestId: 8f5…\tDuration: 10.1 ms\tBilled Duration: 11 ms\tMax Memory Used: 69 MB\t")
 */
export function lambdaReport(log: string): LambdaReport | undefined {
  const line = log.split(/\r?\n/).findLast((one) => one.startsWith("REPORT RequestId: "));
  if (line === undefined) return undefined;
  const requestId = /^REPORT RequestId: (\S+)/.exec(line)?.[1];
  const billed = /\tBilled Duration: (\d+) ms/.exec(line)?.[1];
  const memory = /\tMax Memory Used: (\d+) MB/.exec(line)?.[1];
  if (requestId === undefined || billed === undefined) return undefined;
  return {
    requestId,
    billedMilliseconds: Number(billed),
    ...(memory === undefined ? {} : { maxMemoryMb: Number(memory) }),
  };
}

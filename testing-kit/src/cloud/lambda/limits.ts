const MEBIBYTE = 1_048_576;

/** Quotas of AWS Lambda that the emulator keeps, from its documentation. */
export const LAMBDA_LIMITS = {
  zipBytes: 50 * MEBIBYTE,
  unzippedBytes: 250 * MEBIBYTE,
  environmentBytes: 4096,
  requestBytes: 6 * MEBIBYTE,
  /** 6 MB and some room for the envelope. */
  responseBytes: 6_291_556,
  streamBytes: 200 * MEBIBYTE,
  /** What a response stream has at full speed, and what it has after that. */
  stream: { burstBytes: 6 * MEBIBYTE, bytesPerSecond: 2 * MEBIBYTE },
  tailBytes: 4096,
  initMs: 10_000,
  timeoutSeconds: [1, 900],
  memoryMb: [128, 10_240],
  storageMb: [512, 10_240],
  tags: 50,
  securityGroups: 5,
  subnets: 16,
  accountConcurrency: 1000,
  /** Concurrency that the functions without a limit of their own must be left with. */
  unreservedConcurrency: 100,
} as const;

const MEBIBYTE = 1_048_576;

/** Quotas of Cloud Run functions that the emulator keeps, from its documentation. */
export const CLOUD_FUNCTION_LIMITS = {
  requestBytes: 32 * MEBIBYTE,
  responseBytes: 32 * MEBIBYTE,
  streamBytes: 10 * MEBIBYTE,
  sourceBytes: 512 * MEBIBYTE,
  timeoutSeconds: [1, 3600],
  memoryMb: [128, 32_768],
  concurrency: [1, 1000],
  maxInstances: 100,
  /** Milliseconds for which a request waits for an instance. */
  queueMs: 10_000,
  /** Milliseconds within which an instance must listen. */
  startMs: 60_000,
  labels: 64,
} as const;

/** Regions that run second-generation functions, some of them. */
export const CLOUD_FUNCTION_REGIONS = (
  "asia-east1 asia-northeast1 asia-south1 asia-southeast1 australia-southeast1 europe-north1 europe-southwest1 " +
  "europe-west1 europe-west2 europe-west3 europe-west4 europe-west6 europe-west8 europe-west9 me-west1 " +
  "northamerica-northeast1 southamerica-east1 us-central1 us-east1 us-east4 us-east5 us-south1 us-west1 us-west2 " +
  "us-west3 us-west4"
).split(" ");

/** Runtimes that the emulator runs. */
export const CLOUD_FUNCTION_RUNTIMES =
  "nodejs20 nodejs22 nodejs24 nodejs26 python310 python311 python312 python313 python314".split(" ");

/** One call of an API of a cloud, as an emulator saw it. */
export interface CloudCall {
  /** Such as `lambda`, `iam`, `s3`, `cloudfunctions`, `secretmanager`, `storage`. */
  readonly service: string;
  /** Name of the operation, such as `CreateFunction`. */
  readonly operation: string;
  /** What was sent; binary content is replaced by its size. */
  readonly input: unknown;
  /** HTTP status of the answer; 0 until there is one. */
  status: number;
  /** Code of the error that was answered. */
  error?: string;
}

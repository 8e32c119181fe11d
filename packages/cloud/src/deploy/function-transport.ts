/** What one provider allows in one invocation; a sender stays below, a receiver need not check. */
export interface FunctionLimits {
  /** Bytes of one request body. */
  readonly requestBytes: number;
  /** Bytes of one response after which the function should stop at its next checkpoint. */
  readonly responseBytes: number;
  /** Bytes at which the provider cuts a response; absent when it never does. */
  readonly streamBytes?: number;
  /** Seconds after which the provider ends an invocation. */
  readonly timeoutSeconds: number;
}

/** How an invocation is asked for. */
export interface InvokeOptions {
  readonly signal: AbortSignal;
  /** Told of each line that the provider reports about the invocation, such as Lambda's `REPORT`. */
  readonly onReport?: (report: InvocationReport) => void;
}

/** What the provider says of an invocation once it is over. */
export interface InvocationReport {
  /** The provider's name for the invocation. */
  readonly requestId: string;
  readonly billedMilliseconds?: number;
  readonly maxMemoryMb?: number;
  /** Bytes of the response. */
  readonly responseBytes?: number;
}

/**
 * A deployed function that can be invoked.
 *
 * The request is a sequence of frames (`@dativo/protocol`), and so is the response. A response that ends before
 * the frames that answer every call is a failed invocation, whatever the provider says of it.
 */
export interface FunctionTransport {
  /** Name of the function, for messages. */
  readonly name: string;
  readonly limits: FunctionLimits;
  /**
   * Invokes the function once and never retries by itself, since a second invocation would read again.
   *
   * @throws DativoError `CLOUD_THROTTLED` (retryable), `CLOUD_INVOCATION_FAILED`
   */
  invoke(request: Uint8Array, options: InvokeOptions): AsyncIterable<Uint8Array>;
}

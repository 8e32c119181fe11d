/** The event that a function of AWS Lambda is invoked with, whose payload must be JSON. */
export interface LambdaEvent {
  /** The request's frames, base64. */
  readonly frames: string;
  /** Whether the answer is wanted at once, as a JSON string of base64, since nothing streams it. @default false */
  readonly buffered?: boolean;
}

/** Wraps the frames of a request as Lambda takes them. */
export function lambdaEvent(request: Uint8Array, buffered = false): LambdaEvent {
  const frames = Buffer.from(request.buffer, request.byteOffset, request.byteLength).toString("base64");
  return { frames, ...(buffered ? { buffered } : {}) };
}

/** The frames of an event. */
export function lambdaFrames({ frames }: LambdaEvent): Uint8Array {
  return Buffer.from(frames, "base64");
}

/** What answers a buffered event: the frames of a response. */
export function bufferedAnswer(parts: readonly Uint8Array[]): string {
  return JSON.stringify(Buffer.concat(parts).toString("base64"));
}

/** The frames of a buffered answer. */
export function bufferedFrames(payload: Uint8Array): Uint8Array {
  return Buffer.from(JSON.parse(Buffer.from(payload).toString()) as string, "base64");
}

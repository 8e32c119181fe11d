/** The event that a function of AWS Lambda is invoked with, whose payload must be JSON. */
export interface LambdaEvent {
  /** The request's frames, base64. */
  readonly frames: string;
}

/** Wraps the frames of a request as Lambda takes them. */
export function lambdaEvent(request: Uint8Array): LambdaEvent {
  return { frames: Buffer.from(request.buffer, request.byteOffset, request.byteLength).toString("base64") };
}

/** The frames of an event. */
export function lambdaFrames({ frames }: LambdaEvent): Uint8Array {
  return Buffer.from(frames, "base64");
}

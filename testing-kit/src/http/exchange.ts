/** A request as the fault proxy saw it. */
export interface SeenRequest {
  /** Counted from 0, in the order of arrival. */
  readonly index: number;
  /** Milliseconds since the proxy started. */
  readonly at: number;
  readonly method: string;
  /** Path with query, as sent. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** What makes two requests the same: method, path, query and body. */
  readonly key: string;
  /** How often the same request came before. */
  readonly repeats: number;
}

/** An answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly body: Buffer;
}

/** One request and what became of it. */
export interface Exchange {
  readonly request: SeenRequest;
  /** The answer that was sent; absent when none was. */
  answer?: Answer;
  /** The fault that took the place of the answer. */
  fault?: Fault;
  /** Whether the client left before the answer was complete. */
  abandoned: boolean;
  /** Whether the answer, or as much of it as the fault allows, was sent. */
  settled: boolean;
}

/**
 * What is done to one request instead of passing it on.
 *
 * - `answer`: something else is answered.
 * - `cut`: the true answer's headers and half of its body are sent, then the connection is cut.
 * - `refuse`: the connection is cut without an answer.
 * - `stall`: half of the body is sent, and nothing after it, until the client leaves.
 * - `delay`: the true answer comes late.
 * - `change`: the true answer is changed on its way.
 */
export type Fault =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | { readonly kind: "cut" }
  | { readonly kind: "refuse" }
  | { readonly kind: "stall" }
  | { readonly kind: "delay"; readonly milliseconds: number }
  | { readonly kind: "change"; readonly change: (answer: Answer, request: SeenRequest) => Answer };

/** Decides what is done to a request; undefined passes it on. */
export type FaultPlan = (request: SeenRequest) => Fault | undefined;

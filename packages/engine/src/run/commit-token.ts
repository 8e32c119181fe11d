/** Which commit a token is for. */
export interface TokenParts {
  readonly runId: string;
  readonly object: string;
  /** Number of the commit within its object and run. */
  readonly sequence: number;
  /** What sets the tokens of one invocation of a function apart from those of every other. */
  readonly space?: string | undefined;
}

/**
 * The token of a commit, under which nothing is ever staged but for this commit: a writer may stage, commit and
 * discard by it alone.
 *
 * What reads here has one commit of an object open at a time, so that after a failure one number may have been used
 * by a write whose answer was lost, and that goes on in a function: that number is not used again. A function that
 * reads as well passes through one number after the other while nobody hears of it, and nobody can tell how far it
 * gets; so each of its invocations makes its tokens in a space of its own.
 *
 * @example
 * commitToken({ runId: "2026-11-22T06-40-11Z", object: "quakes", sequence: 4 }) // "2026-11-22T06-40-11Z/quakes/4"
 */
export function commitToken({ runId, object, sequence, space }: TokenParts): string {
  return `${runId}/${object}/${sequence}${space === undefined ? "" : `-${space}`}`;
}

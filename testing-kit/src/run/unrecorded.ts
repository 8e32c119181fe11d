import { AsyncLocalStorage } from "node:async_hooks";

/** Requests, of the check that is running, that a recording has no answer for. */
const UNANSWERED = new AsyncLocalStorage<Set<string>>();

/** Runs a check and gathers what its recording lacked. */
export function gatheringUnrecorded<T>(work: (lacking: ReadonlySet<string>) => Promise<T>): Promise<T> {
  const lacking = new Set<string>();
  return UNANSWERED.run(lacking, () => work(lacking));
}

/** Takes note of a request that a recording has no answer for. */
export function noteUnrecorded(request: string): void {
  UNANSWERED.getStore()?.add(request);
}

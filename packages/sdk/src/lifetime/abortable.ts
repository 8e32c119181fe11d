import { interruption } from "./interruption.js";

/** What may be iterated over: async or not. */
export type AnyIterable<T> = AsyncIterable<T> | Iterable<T>;

/** Says whether a value can be iterated over, async or not; text cannot. */
export function isAnyIterable(value: unknown): value is AnyIterable<unknown> {
  return (
    typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

/**
 * Iterates until the end or until the signal is aborted, whichever comes first.
 *
 * `return()` cannot interrupt an await inside a generator, so an iterator that hangs is left behind: it is asked to
 * return, and what it does later is ignored.
 *
 * @throws DativoError `INTERRUPTED` when the signal is aborted
 */
export async function* abortable<T>(
  iterable: AnyIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const iterator =
    Symbol.asyncIterator in iterable ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  // One listener for the whole iteration: racing against one long-lived promise would keep every result alive.
  let rejectPending: ((error: unknown) => void) | undefined;
  const onAbort = () => rejectPending?.(interruption(signal));
  signal.addEventListener("abort", onAbort);
  let finished = false;
  let pending = false;
  try {
    for (;;) {
      if (signal.aborted) throw interruption(signal);
      pending = true;
      const result = await new Promise<IteratorResult<T>>((resolve, reject) => {
        rejectPending = reject;
        Promise.resolve(iterator.next()).then(resolve, (error) => {
          finished = true; // an iterator that threw has ended
          reject(error);
        });
      });
      pending = false;
      if (result.done === true) {
        finished = true;
        return;
      }
      yield result.value;
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    if (!finished) await release(iterator, pending);
  }
}

async function release(
  iterator: AsyncIterator<unknown> | Iterator<unknown>,
  pending: boolean,
): Promise<void> {
  const returned = Promise.resolve(iterator.return?.());
  if (pending) returned.catch(() => {});
  else await returned;
}

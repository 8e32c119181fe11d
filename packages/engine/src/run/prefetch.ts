/** How far a source may run ahead of its consumer. */
export interface PrefetchBounds<T> {
  /** Items that count, such as batches, held at once. */
  readonly items: number;
  /** Weight held at once, such as bytes; one item is always let in. */
  readonly weight: number;
  /** Weight of an item, or undefined for one that does not count. */
  readonly weigh: (item: T) => number | undefined;
  /** Ends the wait for a source that does not stop by itself; its reason is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Reads a source ahead of its consumer within bounds, so that reading and writing overlap and a consumer that
 * stalls stalls the source. Errors come after the items before them.
 */
export async function* prefetch<T>(
  source: AsyncIterable<T>,
  bounds: PrefetchBounds<T>,
): AsyncGenerator<T, void> {
  const held: { item: T; weight: number | undefined }[] = [];
  let items = 0;
  let weight = 0;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let stopped = false;
  let wakeConsumer = (): void => {};
  let wakeProducer = (): void => {};

  const iterator = source[Symbol.asyncIterator]();
  const full = () => items > 0 && (items >= bounds.items || weight >= bounds.weight);
  const produce = async () => {
    try {
      while (!stopped) {
        const next = await iterator.next();
        if (next.done === true) break;
        const weighed = bounds.weigh(next.value);
        held.push({ item: next.value, weight: weighed });
        if (weighed !== undefined) {
          items += 1;
          weight += weighed;
        }
        wakeConsumer();
        while (full() && !stopped)
          await new Promise<void>((resolve) => {
            wakeProducer = resolve;
          });
      }
    } catch (error) {
      failure = { error };
    } finally {
      ended = true;
      wakeConsumer();
    }
  };

  const { signal } = bounds;
  const onAbort = () => wakeConsumer();
  signal.addEventListener("abort", onAbort, { once: true });
  const producing = produce();
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = held.shift();
      if (next !== undefined) {
        if (next.weight !== undefined) {
          items -= 1;
          weight -= next.weight;
        }
        wakeProducer();
        yield next.item;
      } else if (ended) {
        if (failure !== undefined) throw failure.error;
        return;
      } else
        await new Promise<void>((resolve) => {
          wakeConsumer = resolve;
        });
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    stopped = true;
    wakeProducer();
    await finish(iterator, producing);
  }
}

/** Milliseconds that a source which was told to stop has before it is left behind. */
const GRACE_MS = 1000;

/** Lets the source run its `finally` blocks; one that hangs is left behind, since its host ends it. */
async function finish(iterator: AsyncIterator<unknown>, producing: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, GRACE_MS);
  });
  const returned = Promise.resolve(iterator.return?.()).catch(() => undefined);
  await Promise.race([Promise.all([producing, returned]), grace]);
  clearTimeout(timer);
}

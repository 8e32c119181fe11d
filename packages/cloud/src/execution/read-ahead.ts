/**
 * Reads a response ahead of its consumer, so that a function which has said everything is not kept waiting and paid
 * for. Bytes before a failure come first.
 */
export async function* readAhead(
  source: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let ended = false;
  let failure: { readonly error: unknown } | undefined;
  let stopped = false;
  let wakeReader = (): void => {};
  let wakeSource = (): void => {};
  const iterator = source[Symbol.asyncIterator]();
  const pump = async () => {
    try {
      while (!stopped) {
        const next = await iterator.next();
        if (next.done === true) break;
        chunks.push(next.value);
        bytes += next.value.length;
        wakeReader();
        while (bytes >= maxBytes && !stopped)
          await new Promise<void>((resolve) => {
            wakeSource = resolve;
          });
      }
    } catch (error) {
      failure = { error };
    }
    ended = true;
    wakeReader();
  };
  const pumping = pump();
  try {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        bytes -= chunk.length;
        wakeSource();
        yield chunk;
      } else if (ended) {
        if (failure !== undefined) throw failure.error;
        return;
      } else
        await new Promise<void>((resolve) => {
          wakeReader = resolve;
        });
    }
  } finally {
    stopped = true;
    wakeSource();
    if (!ended) await Promise.race([pumping, Promise.resolve(iterator.return?.()).catch(() => undefined)]);
  }
}

import type { NativeFunction } from "./library.js";

/**
 * Native calls run on libuv's thread pool, which file and name look-ups share; one thread stays free for them.
 */
const LIMIT = Math.max(1, (Number(process.env.UV_THREADPOOL_SIZE) || 4) - 1);

let running = 0;
const waiting: (() => void)[] = [];

/** Runs a native function on another thread, at most as many at once as the thread pool can bear. */
export async function callAsync<Args extends unknown[], Result>(
  native: NativeFunction<Args, Result>,
  ...args: Args
): Promise<Result> {
  if (running >= LIMIT) await new Promise<void>((resolve) => void waiting.push(resolve));
  else running += 1;
  try {
    return await new Promise<Result>((resolve, reject) => {
      native.async(...args, (error, result) => (error ? reject(error) : resolve(result)));
    });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}

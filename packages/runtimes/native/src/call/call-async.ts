import type { NativeFunction } from "../load/native-library.js";

/** Calls a native function on a thread of libuv's pool. */
export function callAsync<Args extends unknown[], Result>(
  native: NativeFunction<Args, Result>,
  ...args: Args
): Promise<Result> {
  return new Promise((resolve, reject) => {
    native.async(...args, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

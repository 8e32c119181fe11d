/** The SDK of Restate, which is only read once a run is coordinated by it. */
export async function loadSdk(): Promise<typeof import("@restatedev/restate-sdk")> {
  // The SDK calls it, and Node has it from version 22 on.
  (Promise as { withResolvers?: unknown }).withResolvers ??= withResolvers;
  return import("@restatedev/restate-sdk");
}

function withResolvers<T>() {
  let resolve: (value: T | PromiseLike<T>) => void = () => {};
  let reject: (reason?: unknown) => void = () => {};
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}

/**
 * Makes a value when it is first asked for, and keeps it.
 *
 * @example
 * const rows = once(() => unpackRows(batch));
 */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** An object as it travels: its own keys in snake_case. What its members hold is the user's, and stays as it is. */
export type Wire = Readonly<Record<string, unknown>>;

/** Writes the keys of an object of the contract as they travel. */
export function toWire(value: object): Wire {
  return renamed(value, (key) => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));
}

/** Reads an object of the contract as it travelled; the peer is trusted to have sent that shape. */
export function fromWire<T>(value: unknown): T {
  return renamed((value ?? {}) as object, (key) =>
    key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
  ) as T;
}

function renamed(value: object, rename: (key: string) => string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [rename(key), member]));
}

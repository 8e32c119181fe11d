/** A value as JSON text; integers beyond 2^53 keep every digit, as text, and binary is base64. */
export function jsonText(value: unknown, indentation = 2): string {
  return JSON.stringify(
    value,
    (_key, inner: unknown) => {
      if (typeof inner === "bigint") return inner.toString();
      if (inner instanceof Uint8Array)
        return Buffer.from(inner.buffer, inner.byteOffset, inner.byteLength).toString("base64");
      return inner;
    },
    indentation,
  );
}

const TWO_32 = 0x1_0000_0000;

/**
 * Writes a safe integer as a 64-bit integer, through a view of the same memory as pairs of 32-bit words.
 *
 * Much faster than going through a bigint; little-endian platforms only, which all supported ones are.
 */
export function writeSafeInteger(words: Int32Array, index: number, value: number): void {
  words[index * 2] = value | 0;
  words[index * 2 + 1] = Math.floor(value / TWO_32);
}

/** Reads a 64-bit integer: a number when that is exact, else a bigint. */
export function readInteger(words: Int32Array, values: BigInt64Array, index: number): number | bigint {
  const high = words[index * 2 + 1] as number;
  // Between -2^53 and 2^53 a double is exact; both ends are left to the check below.
  if (high >= -0x20_0000 && high < 0x20_0000) {
    const value = high * TWO_32 + ((words[index * 2] as number) >>> 0);
    if (value !== -9007199254740992) return value;
  }
  return values[index] as bigint;
}

/** Views 64-bit integers as pairs of 32-bit words. */
export function wordsOf(values: BigInt64Array): Int32Array {
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2);
}

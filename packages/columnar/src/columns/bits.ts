/** Bytes that hold `bits` bits, rounded up to whole 64-bit words so that native readers may read words. */
export function bitmapBytes(bits: number): number {
  return ((bits + 63) >>> 6) << 3;
}

/** A bitmap of `bits` bits, all clear. */
export function createBitmap(bits: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new ArrayBuffer(bitmapBytes(bits)));
}

/** A bitmap whose first `bits` bits are set and whose remaining bits are clear. */
export function createFullBitmap(bits: number): Uint8Array<ArrayBuffer> {
  const bitmap = createBitmap(bits);
  setBits(bitmap, 0, bits);
  return bitmap;
}

/** Says whether a bit is set. */
export function readBit(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3] as number) & (1 << (index & 7))) !== 0;
}

/** Sets one bit. */
export function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3] = (bitmap[index >> 3] as number) | (1 << (index & 7));
}

/** Clears one bit. */
export function clearBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >> 3] = (bitmap[index >> 3] as number) & ~(1 << (index & 7));
}

/** Sets `count` bits from `start` on. */
export function setBits(bitmap: Uint8Array, start: number, count: number): void {
  let at = start;
  const end = start + count;
  while (at < end && (at & 7) !== 0) setBit(bitmap, at++);
  const whole = (end - at) >> 3;
  bitmap.fill(0xff, at >> 3, (at >> 3) + whole);
  at += whole << 3;
  while (at < end) setBit(bitmap, at++);
}

/** Copies `count` bits; the target's bits must be clear. */
export function copyBits(
  target: Uint8Array,
  targetStart: number,
  source: Uint8Array,
  sourceStart: number,
  count: number,
): void {
  if (((targetStart | sourceStart) & 7) === 0) {
    const whole = count >> 3;
    target.set(source.subarray(sourceStart >> 3, (sourceStart >> 3) + whole), targetStart >> 3);
    for (let index = whole << 3; index < count; index++)
      if (readBit(source, sourceStart + index)) setBit(target, targetStart + index);
    return;
  }
  for (let index = 0; index < count; index++)
    if (readBit(source, sourceStart + index)) setBit(target, targetStart + index);
}

/** Counts the set bits among the first `bits` bits. */
export function countBits(bitmap: Uint8Array, bits: number): number {
  let count = 0;
  const whole = bits >> 3;
  for (let index = 0; index < whole; index++) {
    let byte = bitmap[index] as number;
    byte = byte - ((byte >> 1) & 0x55);
    byte = (byte & 0x33) + ((byte >> 2) & 0x33);
    count += (byte + (byte >> 4)) & 0x0f;
  }
  for (let index = whole << 3; index < bits; index++) if (readBit(bitmap, index)) count += 1;
  return count;
}

import { clearBit, createFullBitmap } from "../columns/bits.js";

/** Validity bits of a column under construction, allocated when the first null turns up. */
export class Validity {
  bits: Uint8Array | undefined;
  nullCount = 0;

  constructor(private readonly length: number) {}

  /** Marks a value as null; marking one twice is not allowed. */
  setNull(index: number): void {
    this.bits ??= createFullBitmap(this.length);
    clearBit(this.bits, index);
    this.nullCount += 1;
  }
}

import { createBitmap, setBit } from "../columns/bits.js";
import { wordsOf, writeSafeInteger } from "../values/int64.js";
import { digitAt, JsonValuePacker, MINUS, POINT } from "./json-value-packer.js";

/** Digits of a number that a double holds, whatever they are. */
const SAFE_DIGITS = 15;

export class JsonIntegers extends JsonValuePacker {
  private readonly values = new BigInt64Array(this.count);
  private readonly words = wordsOf(this.values);

  take(text: Uint8Array, start: number, index: number): number {
    const first = text[start] === MINUS ? start + 1 : start;
    let at = first;
    let number = 0;
    for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, at)) {
      number = number * 10 + digit;
      at += 1;
    }
    if (at - first <= SAFE_DIGITS) writeSafeInteger(this.words, index, first === start ? number : -number);
    else this.values[index] = BigInt(asciiOf(text, start, at));
    return at;
  }

  protected buffers() {
    return { values: this.values };
  }
}

/** Powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: SAFE_DIGITS + 1 }, (_, power) => 10 ** power);

export class JsonNumbers extends JsonValuePacker {
  private readonly values = new Float64Array(this.count);

  take(text: Uint8Array, start: number, index: number): number {
    const first = text[start] === MINUS ? start + 1 : start;
    let at = first;
    let number = 0;
    let point = -1;
    for (;;) {
      const digit = digitAt(text, at);
      if (digit >= 0) number = number * 10 + digit;
      else if (text[at] === POINT) point = at;
      else break;
      at += 1;
    }
    const digits = at - first - (point < 0 ? 0 : 1);
    if (digits > SAFE_DIGITS || ((text[at] as number) | 0x20) === 0x65) {
      at = endOfNumber(text, at);
      this.values[index] = Number(asciiOf(text, start, at));
      return at;
    }
    // Both sides are exact, so that the quotient is rounded once, as reading the text would round it.
    const value = point < 0 ? number : number / (POWERS[at - point - 1] as number);
    this.values[index] = first === start ? value : -value;
    return at;
  }

  protected buffers() {
    return { values: this.values };
  }
}

const TRUE = 0x74;
const TRUE_BYTES = 4;
const FALSE_BYTES = 5;

export class JsonBooleans extends JsonValuePacker {
  private readonly bits = createBitmap(this.count);

  take(text: Uint8Array, start: number, index: number): number {
    if (text[start] !== TRUE) return start + FALSE_BYTES;
    setBit(this.bits, index);
    return start + TRUE_BYTES;
  }

  protected buffers() {
    return { values: this.bits.subarray(0, (this.count + 7) >> 3) };
  }
}

const PLUS = 0x2b;

/** Where what is left of a number ends: its exponent. */
function endOfNumber(text: Uint8Array, start: number): number {
  let at = start;
  for (;;) {
    const code = text[at] as number;
    if (digitAt(text, at) < 0 && (code | 0x20) !== 0x65 && code !== PLUS && code !== MINUS) return at;
    at += 1;
  }
}

function asciiOf(text: Uint8Array, start: number, end: number): string {
  return Buffer.from(text.buffer, text.byteOffset + start, end - start).toString("latin1");
}

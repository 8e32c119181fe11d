import { daysFromCivil } from "../values/calendar.js";
import { wordsOf, writeSafeInteger } from "../values/int64.js";
import { digitAt, JsonValuePacker, POINT, QUOTE, twoDigits } from "./json-value-packer.js";

/** Characters of a date, and of a timestamp without its fraction. */
const DATE_LENGTH = 10;
const SECONDS_LENGTH = 19;

/** Packs dates, all of them `YYYY-MM-DD`. */
export class JsonDates extends JsonValuePacker {
  private readonly values = new Int32Array(this.count);

  take(text: Uint8Array, start: number, index: number): number {
    this.values[index] = daysAt(text, start + 1);
    return start + DATE_LENGTH + 2;
  }

  protected buffers() {
    return { values: this.values };
  }
}

/** Packs timestamps, all of them `YYYY-MM-DDThh:mm:ss` with up to six fractional digits, in UTC or without a zone. */
export class JsonTimestamps extends JsonValuePacker {
  private readonly values = new BigInt64Array(this.count);
  private readonly words = wordsOf(this.values);

  take(text: Uint8Array, start: number, index: number): number {
    const from = start + 1;
    const ofDay =
      twoDigits(text, from + 11) * 3600 + twoDigits(text, from + 14) * 60 + twoDigits(text, from + 17);
    const seconds = daysAt(text, from) * 86_400 + ofDay;
    let at = from + SECONDS_LENGTH;
    let micros = 0;
    if (text[at] === POINT) {
      at += 1;
      let unit = 100_000;
      for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, at)) {
        micros += digit * unit;
        unit /= 10;
        at += 1;
      }
    }
    const exact = seconds * 1_000_000 + micros;
    if (Number.isSafeInteger(exact)) writeSafeInteger(this.words, index, exact);
    else this.values[index] = BigInt(seconds) * 1_000_000n + BigInt(micros);
    while (text[at] !== QUOTE) at += 1;
    return at + 1;
  }

  protected buffers() {
    return { values: this.values };
  }
}

function daysAt(text: Uint8Array, at: number): number {
  const year = twoDigits(text, at) * 100 + twoDigits(text, at + 2);
  return daysFromCivil(year, twoDigits(text, at + 5), twoDigits(text, at + 8));
}

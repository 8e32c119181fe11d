import { JsonValuePacker, QUOTE } from "./json-value-packer.js";

const BACKSLASH = 0x5c;

/** Bytes of a text from which copying them as one is faster than one by one. */
const LONG_TEXT = 48;

/** Packs texts; those without escapes are copied as they stand there. */
export class JsonTexts extends JsonValuePacker {
  private readonly offsets = new Int32Array(this.count + 1);
  private bytes: Uint8Array = Buffer.allocUnsafeSlow(this.count * 8);
  private used = 0;

  take(text: Uint8Array, start: number, index: number): number {
    let at = start + 1;
    let isPlain = true;
    for (let code = text[at]; code !== QUOTE; code = text[at]) {
      if (code === BACKSLASH) {
        isPlain = false;
        at += 1;
      }
      at += 1;
    }
    if (isPlain) this.append(text, start + 1, at);
    else {
      const quoted = Buffer.from(text.buffer, text.byteOffset + start, at + 1 - start).toString();
      const decoded = Buffer.from(JSON.parse(quoted) as string);
      this.append(decoded, 0, decoded.length);
    }
    this.offsets[index + 1] = this.used;
    return at + 1;
  }

  override setNull(index: number): void {
    super.setNull(index);
    this.offsets[index + 1] = this.used;
  }

  protected buffers() {
    return { offsets: this.offsets, values: this.bytes.subarray(0, this.used) };
  }

  private append(source: Uint8Array, from: number, end: number): void {
    const needed = this.used + end - from;
    if (this.bytes.length < needed) this.grow(needed);
    const { bytes } = this;
    if (end - from < LONG_TEXT) {
      let to = this.used;
      for (let at = from; at < end; at += 1) bytes[to++] = source[at] as number;
    } else bytes.set(source.subarray(from, end), this.used);
    this.used = needed;
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }
}

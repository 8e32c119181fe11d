import { DativoError } from "@dativo/protocol";

/** Characters up to which texts are joined before they are encoded; V8 allows strings of about twice as many. */
const MAX_JOINED = 0x1000_0000;
const MAX_BYTES = 0x7fff_ffff;

/** Texts encoded as UTF-8, one after the other. */
export interface TextBuffer {
  readonly offsets: Int32Array;
  readonly values: Uint8Array;
}

/** Encodes texts that are known to be well-formed. */
export function encodeTexts(texts: readonly string[], length: number, maxJoined = MAX_JOINED): TextBuffer {
  const offsets = new Int32Array(length + 1);
  let joined = "";
  let end = 0;
  for (let index = 0; index < length; index++) {
    const text = texts[index] as string;
    end += text.length;
    if (end > maxJoined) return encodeOneByOne(texts, length);
    joined += text;
    offsets[index + 1] = end;
  }
  const bytes = Buffer.byteLength(joined);
  const values = Buffer.allocUnsafeSlow(bytes);
  if (bytes === end) {
    values.write(joined, "latin1");
    return { offsets, values };
  }
  values.write(joined, "utf8");
  let at = 0;
  for (let index = 0; index < length; index++) {
    at = skipCharacters(values, at, (texts[index] as string).length);
    offsets[index + 1] = at;
  }
  return { offsets, values };
}

/** Position after `units` UTF-16 units of UTF-8 text; four bytes are two units, everything else is one. */
function skipCharacters(bytes: Uint8Array, start: number, units: number): number {
  let at = start;
  let left = units;
  while (left > 0) {
    const byte = bytes[at] as number;
    if (byte < 0x80) at += 1;
    else if (byte < 0xe0) at += 2;
    else if (byte < 0xf0) at += 3;
    else {
      at += 4;
      left -= 1;
    }
    left -= 1;
  }
  return at;
}

function encodeOneByOne(texts: readonly string[], length: number): TextBuffer {
  const offsets = new Int32Array(length + 1);
  let bytes = 0;
  for (let index = 0; index < length; index++) {
    bytes += Buffer.byteLength(texts[index] as string);
    if (bytes > MAX_BYTES)
      throw new DativoError({
        code: "INTERNAL",
        message: "A column of a batch holds more than 2 GiB of text.",
        hint: "Use smaller batches (batch_bytes).",
      });
    offsets[index + 1] = bytes;
  }
  const values = Buffer.allocUnsafeSlow(bytes);
  for (let index = 0; index < length; index++)
    values.write(texts[index] as string, offsets[index] as number, "utf8");
  return { offsets, values };
}

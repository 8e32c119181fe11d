import { isUtf8 } from "node:buffer";
import { copyCString, type Pointer } from "@dativo/columnar";
import { noteReleased, noteTaken } from "../call/ledger.js";
import { nativeFault } from "../call/native-calls.js";
import type { V1Symbols } from "./v1-symbols.js";

/**
 * Copies a text that a plugin returned, and gives it back.
 *
 * @throws DativoError `ABI_VIOLATION` when it is not UTF-8
 */
export function takeText(call: string, pointer: Pointer, { freeString }: V1Symbols): Uint8Array {
  noteTaken("strings");
  const bytes = copyCString(pointer);
  if (freeString !== undefined) {
    freeString(pointer);
    noteReleased("strings");
  }
  if (isUtf8(bytes)) return bytes;
  throw nativeFault(
    call,
    `returned a text that is not UTF-8, from byte ${firstBadByte(bytes)} of ${bytes.length} on`,
    "JSON is UTF-8: convert what the source says in another encoding.",
  );
}

/** Decoding puts U+FFFD where a byte is bad; everything before the first such place is as it was. */
function firstBadByte(bytes: Uint8Array): number {
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  for (let at = text.indexOf("\ufffd"); ; at = text.indexOf("\ufffd", at + 1)) {
    const offset = Buffer.byteLength(text.slice(0, at));
    const isMeant = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!isMeant) return offset;
  }
}

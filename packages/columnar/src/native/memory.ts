import { loadKoffi } from "./koffi.js";

/** An address in native memory. 0n is the null pointer. */
export type Pointer = bigint;

type Copy = (target: ArrayBufferView, source: Pointer, bytes: number) => void;

let copy: Copy | undefined;

/** The C library that this process has loaded anyway. */
function cLibrary() {
  return loadKoffi().load(process.platform === "win32" ? "ucrtbase.dll" : null);
}

/** Copies `bytes` bytes of native memory at `source` to the start of `target`. */
export function copyFromPointer(target: ArrayBufferView, source: Pointer, bytes: number): void {
  if (bytes === 0) return;
  copy ??= cLibrary().func("void memcpy(void*, void*, size_t)") as unknown as Copy;
  copy(target, source, bytes);
}

let length: ((text: Pointer) => bigint | number) | undefined;

/** Copies the bytes of a NUL-terminated text, without the NUL, into memory of its own. */
export function copyCString(pointer: Pointer): Uint8Array {
  length ??= cLibrary().func("size_t strlen(void*)") as unknown as (text: Pointer) => bigint | number;
  const bytes = Buffer.allocUnsafeSlow(Number(length(pointer)));
  copyFromPointer(bytes, pointer, bytes.length);
  return bytes;
}

/** Address of the memory behind a typed array; the caller keeps the array alive as long as it is used. */
export function addressOf(view: ArrayBufferView | ArrayBuffer): Pointer {
  return loadKoffi().address(view);
}

/** Zeroed memory for `words` 64-bit words that never moves; small typed arrays made by `new` may. */
export function allocateWords(words: number): BigUint64Array {
  return new BigUint64Array(new ArrayBuffer(words * 8));
}

/** Bytes of a text with a terminating NUL, as C wants them. */
export function cString(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text) + 1);
  bytes.write(text);
  bytes[bytes.length - 1] = 0;
  return bytes;
}

/** Reads a NUL-terminated UTF-8 text, `""` for a null pointer. */
export function readCString(pointer: Pointer): string {
  return pointer === 0n ? "" : loadKoffi().decode.string(pointer);
}

import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync } from "node:fs";
import type { BatchHeader } from "@dativo/protocol";
import { protocolError } from "./frame-channel.js";

/** Where a plugin's process has put a payload. */
export type SharedPayload = NonNullable<BatchHeader["shared"]>;

/**
 * Says whether this process may open the files of another one, as Linux shows them: then a payload can be read from
 * the memory where it was written, which costs half of what a byte stream does.
 */
export function canShare(pid: number | undefined): boolean {
  if (process.platform !== "linux" || pid === undefined) return false;
  try {
    // Whoever may see what a descriptor leads to may open it.
    readlinkSync(pathOf(pid, 0));
    return true;
  } catch {
    return false;
  }
}

/**
 * Copies a payload out of the memory of a plugin's process, as many bytes as there is room for.
 *
 * @throws DativoError `ABI_VIOLATION` when it is not there
 */
export function readShared(pid: number | undefined, descriptor: number, payload: Uint8Array): void {
  const bytes = payload.length;
  const fail = (problem: string) =>
    protocolError(`A batch should lie in file descriptor ${descriptor}, which ${problem}.`);
  let file: number;
  try {
    file = openSync(pathOf(pid ?? 0, descriptor), constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw fail(`cannot be opened: ${(cause as Error).message}`);
  }
  try {
    // Reading from anything but a file could wait for ever.
    if (!fstatSync(file).isFile()) throw fail("is no file");
    let read = 0;
    while (read < bytes) {
      const more = readSync(file, payload, read, bytes - read, read);
      if (more === 0) throw fail(`has ${read} of ${bytes} bytes`);
      read += more;
    }
  } finally {
    closeSync(file);
  }
}

function pathOf(pid: number, descriptor: number): string {
  return `/proc/${pid}/fd/${descriptor}`;
}

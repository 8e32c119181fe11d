import { createWriteStream, fstatSync } from "node:fs";
import { Socket } from "node:net";
import type { Writable } from "node:stream";
import { isatty, WriteStream } from "node:tty";
import type { Output } from "./output.js";

let printsResults: Output | undefined;

/** Says what prints the results of this process on standard output. */
export function printResultsWith(output: Output): void {
  printsResults = output;
}

/**
 * Keeps what libraries print in this process out of the results that are printed on standard output: it is shown on
 * standard error.
 */
export async function keepPrintsOutOfResults(): Promise<void> {
  const { keepStandardOutput } = await import("@dativo/runtime-native");
  await printsResults?.flushed();
  const descriptor = keepStandardOutput();
  if (descriptor !== undefined) printsResults?.moveTo(streamTo(descriptor));
  printsResults = undefined;
}

function streamTo(descriptor: number): Writable {
  if (isatty(descriptor)) return new WriteStream(descriptor);
  const kind = fstatSync(descriptor);
  return kind.isFIFO() || kind.isSocket()
    ? new Socket({ fd: descriptor, readable: false, writable: true })
    : createWriteStream("", { fd: descriptor });
}

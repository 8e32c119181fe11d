import { createWriteStream } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { type Entry, fromBuffer, type Options, type ZipFile } from "yauzl";

/** A package that cannot be unpacked. */
export class BadPackage extends Error {}

const open = promisify(
  fromBuffer as (zip: Buffer, options: Options, done: (error: Error | null, file: ZipFile) => void) => void,
);

/**
 * Unpacks a zip file into a new folder, with the rights that it states for its files.
 *
 * @throws BadPackage when it is no zip file, or its content has more bytes than allowed
 */
export async function installPackage(zip: Buffer, maximumBytes: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dativo-function-"));
  const file = await open(zip, { lazyEntries: true }).catch(() => {
    throw new BadPackage("Could not unzip uploaded file. Please check your file, then try to upload again.");
  });
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    file.on("error", (error: Error) => reject(new BadPackage(error.message)));
    file.on("end", resolve);
    file.on("entry", (entry: Entry) => {
      bytes += entry.uncompressedSize;
      if (bytes > maximumBytes)
        return reject(new BadPackage(`Unzipped size must be smaller than ${maximumBytes} bytes`));
      unpack(file, entry, folder).then(() => file.readEntry(), reject);
    });
    file.readEntry();
  }).finally(() => file.close());
  return folder;
}

async function unpack(file: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = join(folder, entry.fileName);
  if (!path.startsWith(folder + sep)) throw new BadPackage(`${entry.fileName} is outside of the package`);
  if (entry.fileName.endsWith("/")) return void (await mkdir(path, { recursive: true }));
  await mkdir(dirname(path), { recursive: true });
  const content = await promisify(
    file.openReadStream.bind(file) as (
      entry: Entry,
      done: (error: Error | null, stream: NodeJS.ReadableStream) => void,
    ) => void,
  )(entry);
  // The upper half of the attributes holds the mode, in packages that were made on Unix; without it, as in Lambda,
  // nobody may read the file, which here would only confuse.
  const mode = (entry.externalFileAttributes >>> 16) & 0o777;
  await pipeline(content, createWriteStream(path, { mode: mode === 0 ? 0o644 : mode }));
}

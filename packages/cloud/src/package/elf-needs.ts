/** What a shared library of Linux needs of the system that loads it. */
export interface ElfNeeds {
  /** Names of the libraries it is linked with, such as `libc.so.6`. */
  readonly libraries: readonly string[];
  /** The newest version of each family of symbols, such as GLIBC → 2.34. */
  readonly versions: ReadonlyMap<string, readonly [major: number, minor: number]>;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;
const DT_VERNEED = 0x6ffffffen;
const DT_VERNEEDNUM = 0x6fffffffn;

/**
 * Reads what a 64-bit little-endian ELF library needs, from its dynamic section; undefined when the file is cut short
 * or of another kind.
 */
export function elfNeeds(file: Uint8Array): ElfNeeds | undefined {
  try {
    return new ElfFile(file).needs();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

class ElfFile {
  private readonly view: DataView;

  constructor(private readonly file: Uint8Array) {
    this.view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  }

  needs(): ElfNeeds | undefined {
    if (this.view.getUint32(0) !== 0x7f454c46 || this.view.getUint8(4) !== 2 || this.view.getUint8(5) !== 1)
      return undefined;
    const entries = this.dynamic();
    const one = (tag: bigint) => entries.find(([found]) => found === tag)?.[1];
    const strings = one(DT_STRTAB);
    if (strings === undefined) return { libraries: [], versions: new Map() };
    const table = this.offsetOf(strings);
    const libraries = entries
      .filter(([tag]) => tag === DT_NEEDED)
      .map(([, at]) => this.text(table + Number(at)));
    const first = one(DT_VERNEED);
    const versions =
      first === undefined
        ? new Map<string, readonly [number, number]>()
        : this.versions(this.offsetOf(first), Number(one(DT_VERNEEDNUM) ?? 0n), table);
    return { libraries, versions };
  }

  private segments(): { type: number; offset: bigint; address: bigint; size: bigint }[] {
    const start = Number(this.view.getBigUint64(32, true));
    const size = this.view.getUint16(54, true);
    return Array.from({ length: this.view.getUint16(56, true) }, (_, index) => {
      const at = start + index * size;
      return {
        type: this.view.getUint32(at, true),
        offset: this.view.getBigUint64(at + 8, true),
        address: this.view.getBigUint64(at + 16, true),
        size: this.view.getBigUint64(at + 32, true),
      };
    });
  }

  /** The dynamic section: tags and values. */
  private dynamic(): [bigint, bigint][] {
    const found = this.segments().find(({ type }) => type === PT_DYNAMIC);
    if (found === undefined) return [];
    const count = Number(found.size) / 16;
    const at = Number(found.offset);
    return Array.from({ length: count }, (_, index): [bigint, bigint] => [
      this.view.getBigUint64(at + index * 16, true),
      this.view.getBigUint64(at + index * 16 + 8, true),
    ]);
  }

  /** Where in the file an address of the loaded library lies. */
  private offsetOf(address: bigint): number {
    const segment = this.segments().find(
      (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.size,
    );
    if (segment === undefined) throw new RangeError("an address outside of every segment");
    return Number(address - segment.address + segment.offset);
  }

  /** Chains of needed versions: one a library, each with one a version. */
  private versions(start: number, count: number, strings: number): Map<string, readonly [number, number]> {
    const newest = new Map<string, readonly [number, number]>();
    let at = start;
    for (let library = 0; library < count; library++) {
      let version = at + this.view.getUint32(at + 8, true);
      for (let left = this.view.getUint16(at + 2, true); left > 0; left--) {
        const name = this.text(strings + this.view.getUint32(version + 8, true));
        const parts = /^([A-Z]+)_(\d+)\.(\d+)/.exec(name);
        if (parts !== null) {
          const [, family = "", major, minor] = parts;
          const wanted = [Number(major), Number(minor)] as const;
          const known = newest.get(family);
          if (known === undefined || isNewer(wanted, known)) newest.set(family, wanted);
        }
        version += this.view.getUint32(version + 12, true);
      }
      at += this.view.getUint32(at + 12, true);
    }
    return newest;
  }

  private text(start: number): string {
    const end = this.file.indexOf(0, start);
    if (end < 0) throw new RangeError("a text without an end");
    return new TextDecoder().decode(this.file.subarray(start, end));
  }
}

/** Whether a version is newer than another. */
export function isNewer(
  [major, minor]: readonly [number, number],
  [otherMajor, otherMinor]: readonly [number, number],
): boolean {
  return major > otherMajor || (major === otherMajor && minor > otherMinor);
}

/** What the first bytes of a shared library say of where it can be loaded. */
export interface LibraryFormat {
  readonly format: "ELF" | "Mach-O" | "PE";
  /** What it is, for messages: such as `Linux arm64`. */
  readonly description: string;
  readonly platforms: readonly NodeJS.Platform[];
  /** As Node names them; empty when the file is for a machine that Node does not run on. */
  readonly architectures: readonly string[];
  /** Whether it can be loaded into a process at all, as programs and object files cannot. */
  readonly loadable: boolean;
}

/** Bytes of a file that `libraryFormat` needs to see. */
export const HEADER_BYTES = 4096;

const ELF_MACHINES: Readonly<Record<number, string>> = {
  3: "ia32",
  21: "ppc64",
  22: "s390x",
  40: "arm",
  62: "x64",
  183: "arm64",
  243: "riscv64",
  258: "loong64",
};
const MACH_MACHINES: Readonly<Record<number, string>> = {
  7: "ia32",
  12: "arm",
  16777223: "x64",
  16777228: "arm64",
};
const PE_MACHINES: Readonly<Record<number, string>> = { 332: "ia32", 34404: "x64", 43620: "arm64" };

const ELF_SHARED = 3;
const MACH_DYLIB = 6;
const MACH_BUNDLE = 8;
const PE_DLL = 0x2000;

/** Reads the header of an ELF, Mach-O or PE file; undefined when it is none of them. */
export function libraryFormat(header: Uint8Array): LibraryFormat | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  try {
    switch (view.getUint32(0)) {
      case 0x7f454c46:
        return elf(view);
      case 0xcffaedfe:
      case 0xcefaedfe:
        return mach([view.getUint32(4, true)], view.getUint32(12, true));
      case 0xcafebabe:
        return universal(view);
    }
    return view.getUint16(0) === 0x4d5a ? pe(view) : undefined;
  } catch (error) {
    if (error instanceof RangeError) return undefined; // shorter than its own header
    throw error;
  }
}

/** Says why a library cannot be loaded into a process of a platform, or undefined when its header allows it. */
export function libraryMismatch(
  found: LibraryFormat | undefined,
  process: { readonly platform: NodeJS.Platform; readonly arch: string },
): string | undefined {
  const wanted = `${PLATFORM_NAMES[process.platform] ?? process.platform} ${process.arch}`;
  if (found === undefined) return `it is not a shared library: its header is neither ELF, Mach-O nor PE`;
  const { description, platforms, architectures, format, loadable } = found;
  if (!platforms.includes(process.platform) || !architectures.includes(process.arch))
    return `it was built for ${description}, and this process runs on ${wanted}`;
  return loadable
    ? undefined
    : `it is ${format === "ELF" ? "an" : "a"} ${format} file that was not linked as a shared library`;
}

const PLATFORM_NAMES: Partial<Record<NodeJS.Platform, string>> = {
  linux: "Linux",
  darwin: "macOS",
  win32: "Windows",
};

/** Unixes whose libraries are ELF files too. */
const ELF_PLATFORMS: readonly NodeJS.Platform[] = ["linux", "android", "freebsd", "openbsd", "sunos"];

function elf(view: DataView): LibraryFormat {
  const little = view.getUint8(5) === 1;
  const wide = view.getUint8(4) === 2;
  const machine = view.getUint16(18, little);
  // The 32-bit variant of x64 shares its machine number.
  const architecture = machine === 62 && !wide ? "x32" : (ELF_MACHINES[machine] ?? `machine ${machine}`);
  return {
    format: "ELF",
    description: `Linux ${architecture}`,
    platforms: ELF_PLATFORMS,
    architectures: [architecture],
    loadable: view.getUint16(16, little) === ELF_SHARED,
  };
}

function mach(machines: readonly number[], type: number): LibraryFormat {
  const architectures = machines.map((machine) => MACH_MACHINES[machine] ?? `machine ${machine}`);
  return {
    format: "Mach-O",
    description: `macOS ${architectures.join(" and ")}`,
    platforms: ["darwin"],
    architectures,
    loadable: type === MACH_DYLIB || type === MACH_BUNDLE,
  };
}

/** Classes of Java begin with the same bytes; what then follows is their version, which is larger. */
const MAX_MACHINES = 20;

function universal(view: DataView): LibraryFormat | undefined {
  const count = view.getUint32(4);
  if (count > MAX_MACHINES) return undefined;
  const machines = Array.from({ length: count }, (_, index) => view.getUint32(8 + index * 20));
  return mach(machines, MACH_DYLIB);
}

function pe(view: DataView): LibraryFormat | undefined {
  const at = view.getUint32(0x3c, true);
  if (view.getUint32(at) !== 0x50450000) return undefined;
  const machine = view.getUint16(at + 4, true);
  const architecture = PE_MACHINES[machine] ?? `machine ${machine}`;
  return {
    format: "PE",
    description: `Windows ${architecture}`,
    platforms: ["win32"],
    architectures: [architecture],
    loadable: (view.getUint16(at + 22, true) & PE_DLL) !== 0,
  };
}

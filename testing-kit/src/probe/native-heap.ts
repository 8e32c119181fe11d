import { loadKoffi } from "@dativo/columnar";

/** Members of glibc's `struct mallinfo2`, each a `size_t`. */
const MEMBERS = [
  "arena",
  "ordblks",
  "smblks",
  "hblks",
  "hblkhd",
  "usmblks",
  "fsmblks",
  "uordblks",
  "fordblks",
  "keepcost",
];

let ask: (() => { readonly uordblks: number | bigint; readonly hblkhd: number | bigint }) | undefined;

/** Bytes that native code in this process has allocated and not freed; undefined where the C library does not say. */
export function nativeHeapBytes(): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    if (ask === undefined) {
      const koffi = loadKoffi();
      const struct = koffi.struct(Object.fromEntries(MEMBERS.map((name) => [name, "size_t"])));
      ask = koffi.load(null).func("mallinfo2", struct, []) as unknown as NonNullable<typeof ask>;
    }
    const { uordblks, hblkhd } = ask();
    return Number(uordblks) + Number(hblkhd);
  } catch {
    return undefined; // another C library
  }
}

import { transform } from "esbuild";
import { zipSync } from "fflate";

/** Files of a package, by path; content or content with the right to be executed. */
export type PackageFiles = Readonly<
  Record<string, string | { readonly content: string; readonly executable: true }>
>;

/** A zip file as deployers make them; TypeScript in `.mts` files becomes JavaScript in `.mjs` files. */
export async function packageOf(files: PackageFiles): Promise<Uint8Array> {
  const entries: Record<string, [Uint8Array, { attrs: number; os: number }]> = {};
  for (const [path, file] of Object.entries(files)) {
    const content = typeof file === "string" ? file : file.content;
    const compiled = path.endsWith(".mts")
      ? (await transform(content, { loader: "ts", format: "esm", target: "node20" })).code
      : content;
    const mode = typeof file === "string" ? 0o644 : 0o755;
    entries[path.replace(/\.mts$/, ".mjs")] = [
      new TextEncoder().encode(compiled),
      { attrs: (0o100000 | mode) << 16, os: 3 },
    ];
  }
  return zipSync(entries, { level: 6, mtime: "2000-01-01" });
}

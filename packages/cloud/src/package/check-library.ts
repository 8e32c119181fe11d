import { DativoError } from "@dativo/protocol";
import { HEADER_BYTES, libraryFormat } from "@dativo/runtime-native";
import type { TargetPlatform } from "../config/target-platform.js";
import { elfNeeds, isNewer } from "./elf-needs.js";

/** Names of a processor: as Node, as Rust and as wheels know it. */
const ARCHITECTURES = {
  x86_64: { node: "x64", rust: "x86_64-unknown-linux-gnu" },
  arm64: { node: "arm64", rust: "aarch64-unknown-linux-gnu" },
} as const;

/**
 * Refuses a shared library that the function could not load: one for another system or processor, or one that needs
 * a newer C library than the function has.
 *
 * @throws DativoError `CLOUD_PACKAGE_FAILED` with the reason and what to do
 */
export function checkLibrary(name: string, contents: Uint8Array, platform: TargetPlatform): void {
  const { node, rust } = ARCHITECTURES[platform.architecture];
  const build = `Build it for Linux ${node}, such as with cargo build --release --target ${rust}, and name that file in the job.`;
  const found = libraryFormat(contents.subarray(0, HEADER_BYTES));
  if (found === undefined)
    throw refused(name, platform, "it is not a shared library: its header is none that is known.", build);
  if (found.format !== "ELF" || !found.architectures.includes(node)) {
    const other = platform.architecture === "x86_64" ? "arm64" : "x86_64";
    const wantsOther = found.format === "ELF" && found.architectures.includes(ARCHITECTURES[other].node);
    throw refused(
      name,
      platform,
      `it was built for ${found.description}, and the function runs on Linux ${node}.`,
      wantsOther && platform.title.startsWith("AWS")
        ? `Write aws.architecture: ${other} in cloud_execution, or build it for ${rust}.`
        : build,
    );
  }
  if (!found.loadable)
    throw refused(name, platform, "it is an ELF file that was not linked as a shared library.", build);
  const needs = elfNeeds(contents);
  if (needs === undefined) throw refused(name, platform, "the file is cut short.", build);
  const wanted = needs.versions.get("GLIBC");
  if (wanted !== undefined && isNewer(wanted, platform.glibc))
    throw refused(
      name,
      platform,
      `it needs GLIBC ${wanted.join(".")}, and the function has ${platform.glibc.join(".")}.`,
      `Link it against an older C library: cargo zigbuild --release --target ${rust}.${platform.glibc.join(".")}, or build it in a container of Amazon Linux 2023.`,
    );
  if (needs.libraries.some((library) => library.startsWith("libc.musl")))
    throw refused(name, platform, "it is linked with musl, and the function has the GNU C library.", build);
}

function refused(name: string, platform: TargetPlatform, reason: string, hint: string): DativoError {
  return new DativoError({
    code: "CLOUD_PACKAGE_FAILED",
    message: `${name} cannot be loaded by ${platform.title}: ${reason}`,
    hint,
    details: { file: name },
  });
}

import type { Check } from "../checks/check.js";
import { ReaderLab } from "../plugin/reader-lab.js";
import type { WriterLab } from "../plugin/writer-lab.js";

/** Why a check does not apply to a plugin, by what it needs; undefined when it does. */
export async function reasonAgainst(check: Check, lab: ReaderLab | WriterLab): Promise<string | undefined> {
  for (const need of check.needs ?? []) {
    if (need === "native" && lab.subject.runtime !== "native") return "The plugin is no shared library.";
    if (need === "http" && lab.subject.mock === undefined)
      return "The plugin's connection names no web address.";
    if (!(lab instanceof ReaderLab)) continue;
    if (need === "http" && (await lab.baseline()).exchanges.length === 0)
      return "The plugin reads without asking the mock API anything.";
    if (need === "http" && (await lab.baseline()).pages.length === 0)
      return "None of the answers of the mock API is JSON with records.";
    if (need === "incremental") {
      const { reading } = await lab.baseline();
      if (!reading.objects.some(({ incremental }) => incremental))
        return "The reader does not say that it reads incrementally.";
    }
  }
  return undefined;
}

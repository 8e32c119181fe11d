import { createHash } from "node:crypto";
import { DativoError } from "@dativo/protocol";

/** Largest seed; short enough to be typed. */
const LARGEST = 9999;

/**
 * The seed of a run: the one given, a random one for `random`, else one that is the same for a plugin every time.
 *
 * @throws DativoError `USAGE`
 */
export function seedOf(given: string | undefined, plugin: string): number {
  if (given === "random") return 1 + Math.floor(Math.random() * LARGEST);
  if (given === undefined) return 1 + (createHash("sha256").update(plugin).digest().readUInt32BE() % LARGEST);
  const seed = Number(given);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new DativoError({
    code: "USAGE",
    message: `--seed is "${given}", which is not a whole number.`,
    hint: "Write a number such as --seed 8127, or --seed random.",
  });
}

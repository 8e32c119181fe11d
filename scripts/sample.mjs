// Which variants of a behaviour the tests take: a sample, the same each time, or with DATIVO_TESTS=all every one.
import { appendFileSync } from "node:fs";

const wanted = process.env.DATIVO_TESTS ?? "";

/** Whether every variant is taken. */
const everyVariant = wanted === "all";

/** Number of the sample, from 0; each takes other variants than the one before. */
const turn = everyVariant ? 0 : Number(wanted);
if (!Number.isInteger(turn) || turn < 0)
  throw new Error(`DATIVO_TESTS is "${wanted}". It must be "all", or the number of a sample, from 0.`);

/** Those of the variants that are tested: the ones that `keeps` says yes to, unless every one is wanted. */
export function sample(variants, keeps) {
  const taken = everyVariant ? variants : variants.filter(keeps);
  count(taken.length, variants.length);
  return taken;
}

/** Says yes to `keep` of every `of` variants in a row, the first of them the one at `from`. */
export function some(keep, of, from = 0) {
  const first = from + turn * keep;
  return (_variant, index) => (((index - first) % of) + of) % of < keep;
}

/**
 * Declares tests as `test` does, but of every `of` only one, the first of them the one at `from`: where the same tests
 * are declared for several variants, each of which begins with another, every test is run for one of them.
 */
export function alternating(test, from, of = 2) {
  let declared = 0;
  return (...declaration) => {
    const at = declared++;
    if (sample([at], () => some(1, of, from)(at, at)).length > 0) test(...declaration);
  };
}

/** Tells the command that runs the tests how many there were. */
function count(taken, all) {
  const file = process.env.DATIVO_SAMPLE_COUNTS;
  if (file !== undefined) appendFileSync(file, `${taken} ${all}\n`);
}

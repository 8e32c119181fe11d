import { type Mutant, mutantOf } from "./mutant.js";

/** Pieces of source, and what stands there instead. */
export type Edits = Mutant["edits"];

/** A mutant of the reader that does everything by hand. */
export const classMutant = mutantOf("reader-class");

/** A mutant of the reader that leaves most of it to the SDK. */
export const definedMutant = mutantOf("reader-define");

// Pieces of the reader by hand that several mutants replace.
export const YIELD = "if (records.length > 0) yield { object, records };";
export const CHECKPOINT = "if (position !== undefined) yield checkpoint(object, position);";
export const END = "if (next === null) return;";
export const GET_PAGE = "const { data, next } = pageOf(await this.get(`${path}?${query}`));";
export const SEND = "return await this.send(path);";

/** Follows the greatest instant without looking at the order. */
export const UNORDERED: Edits = [
  ["throw new PluginError(`Records are out of order at ${at}.`);", "continue;"],
];

import fc from "fast-check";
import { canonical } from "../../plugin/canonical.js";
import type { ReaderLab } from "../../plugin/reader-lab.js";
import { readerCheck } from "../check.js";
import { fail, notApplicable } from "../check-failure.js";
import { leafAt, withLeaf, withoutLeaf } from "./cursor-field.js";
import { type PassThrough, passThroughs, replaceRecords } from "./pass-through.js";

/** Records in which values are replaced at most, so that a failure stays readable. */
const MAX_VALUES = 12;

/** Removes the member instead of replacing its value. */
const MISSING = Symbol("missing");

/** What came out for one value that was put in. */
interface Outcome {
  readonly value: unknown;
  readonly got: unknown;
  readonly error: string | undefined;
}

/** Puts values into a column of the source, one a record, and reads. */
async function roundTrip(
  lab: ReaderLab,
  column: PassThrough,
  values: readonly unknown[],
): Promise<Outcome[]> {
  const { raw, path, object } = column;
  const replacements = new Map(
    values.map((value, index) => {
      const record = raw[index];
      return [
        canonical(record),
        value === MISSING ? withoutLeaf(record, path) : withLeaf(record, path, value),
      ] as const;
    }),
  );
  return lab.session({ faults: replaceRecords(replacements) }, async (session) => {
    const reading = await session.read({ objects: [object] });
    const rows = reading.records.filter((record) => record.object === object).map(({ row }) => row);
    const error =
      reading.error !== undefined
        ? `${reading.error.code}: ${reading.error.message}`
        : rows.length === raw.length
          ? undefined
          : `${rows.length} records came instead of ${raw.length}`;
    return values.map((value, index) => ({ value, got: rows[index]?.[column.column], error }));
  });
}

function show(value: unknown): string {
  if (value === MISSING || value === undefined) return "missing";
  if (typeof value === "string") return `${escaped(value)} (text)`;
  if (typeof value === "bigint") return value.toString();
  return canonical(value);
}

function escaped(text: string): string {
  const shown = text.length > 60 ? `${text.slice(0, 40)}… (${text.length} characters)` : text;
  return JSON.stringify(shown).replace(
    /[\u007f-\uffff]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function mustSurvive(
  lab: ReaderLab,
  column: PassThrough,
  values: readonly unknown[],
  same: (value: unknown, got: unknown) => boolean,
  advice: string,
): Promise<void> {
  const usable = values.slice(0, Math.min(MAX_VALUES, column.raw.length));
  for (const { value, got, error } of await roundTrip(lab, column, usable)) {
    const where = `${column.object}.${column.column}`;
    if (error !== undefined) {
      const alone = usable.length === 1 ? [] : await firstBad(lab, column, usable);
      fail(`The source had ${show(alone[0] ?? value)} in ${where}, and the read failed.\n${error}`, {
        advice,
      });
    }
    if (!same(value, got))
      fail(`A value of ${where} was changed on the way.`, {
        difference: `source  ${show(value)}\nreader  ${show(got)}`,
        advice,
      });
  }
}

/** The first value that fails a read by itself. */
async function firstBad(lab: ReaderLab, column: PassThrough, values: readonly unknown[]): Promise<unknown[]> {
  for (const value of values) {
    const [outcome] = await roundTrip(lab, column, [value]);
    if (outcome?.error !== undefined) return [value];
  }
  return [];
}

const exact = (value: unknown, got: unknown) =>
  canonical(value) === canonical(got) || (typeof got === "string" && got === String(value));

export const integersSurvive = readerCheck({
  id: "R8.integers",
  clause: "2.8",
  group: "values",
  tier: "offline",
  needs: ["http"],
  title: "Integers beyond 2^53 arrive digit by digit",
  why: "response.json() rounds them: two ids become one, and a merge overwrites a stranger's record.",
  how: "Puts 2^53 + 1, ±(2^63 − 1) and others into an integer column that the reader passes through.",
  async run(lab) {
    const columns = passThroughs(await lab.baseline()).filter(
      ({ raw, path, type }) =>
        (type === undefined || type === "integer") &&
        raw.every((record) => isInteger(leafAt(record, path)) || leafAt(record, path) == null),
    );
    const column = columns.find(({ special }) => !special) ?? columns[0];
    if (column === undefined)
      notApplicable("The reader passes no integer column of the mock API through unchanged.");
    const values = [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n), 0, -1];
    await mustSurvive(
      lab,
      column,
      values,
      exact,
      "Parse with json() of the SDK's http, which keeps integers of any size.",
    );
  },
});

function isInteger(value: unknown): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

export const numbersSurvive = readerCheck({
  id: "R8.numbers",
  clause: "2.8",
  group: "values",
  tier: "offline",
  needs: ["http"],
  title: "Numbers keep all their digits",
  why: "A rounded measurement or price cannot be told from a true one.",
  how: "Puts numbers with 17 digits, very large and very small ones into a number column.",
  async run(lab) {
    const columns = passThroughs(await lab.baseline()).filter(
      ({ raw, path, type }) =>
        (type === undefined || type === "number") &&
        raw.some((record) => typeof leafAt(record, path) === "number" && !isInteger(leafAt(record, path))),
    );
    const column = columns.find(({ special }) => !special) ?? columns[0];
    if (column === undefined) notApplicable("The reader passes no column with fractions through unchanged.");
    const values = [0.1 + 0.2, 1 / 3, -1.5e300, 5e-324, 1.7976931348623157e308, 123456789.12345679];
    await mustSurvive(lab, column, values, exact, "Do not round, and do not go by way of text.");
  },
});

/** Text that systems trip over: controls, quotes, line breaks, other scripts, and halves of surrogate pairs. */
const hostileText = fc.oneof(
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "null",
    "NULL",
    "0",
    "1e5",
    "007",
    "true",
    "\r\n",
    '"',
    "'; drop table t; --",
    "\\",
    " padded ",
    "\ufeffmark",
    "e\u0301",
    "\u202eright to left",
    "\u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
    "<script>",
    "2026-13-45",
  ),
);

/** Whether a text has no half of a surrogate pair. */
function isWellFormed(text: string): boolean {
  return Buffer.from(text, "utf8").toString("utf8") === text;
}

export const textSurvives = readerCheck({
  id: "R8.text",
  clause: "2.8",
  group: "values",
  tier: "offline",
  needs: ["http"],
  title: "Text arrives as it is, whatever it holds",
  why: "Names hold quotes, line breaks and NUL; what is trimmed, normalised or parsed is no longer what the source has.",
  how: "Puts generated text into a text column that the reader passes through; a failing one is shrunk to the shortest. Halves of surrogate pairs are left out for native plugins and for readers that hand over columns, as UTF-8 has none.",
  async run(lab) {
    const baseline = await lab.baseline();
    const columns = passThroughs(baseline).filter(
      ({ raw, path, type, special }) =>
        !special &&
        (type === undefined || type === "string") &&
        raw.every((record) => typeof leafAt(record, path) === "string" || leafAt(record, path) == null) &&
        new Set(raw.map((record) => leafAt(record, path))).size > 3,
    );
    const [column] = columns;
    if (column === undefined)
      notApplicable("The reader passes no text column of the mock API through unchanged.");
    const length = Math.min(MAX_VALUES, column.raw.length);
    // UTF-8, in which libraries and columns hold their text, has no halves of surrogate pairs.
    const { columnar } = (await lab.baseline()).reading;
    const isUtf8 = columnar || lab.subject.runtime === "native";
    const text = isUtf8 ? hostileText.filter((value) => isWellFormed(value)) : hostileText;
    const found = await fc.check(
      fc.asyncProperty(fc.array(text, { minLength: length, maxLength: length }), async (values) => {
        for (const { value, got, error } of await roundTrip(lab, column, values))
          if (error !== undefined || value !== got) return false;
        return true;
      }),
      { seed: lab.seed, numRuns: 4, interruptAfterTimeLimit: 5000, endOnFailure: false },
    );
    if (!found.failed || found.counterexample === null) {
      const big = "x".repeat(2 ** 20);
      const [outcome] = await roundTrip(lab, column, [big]);
      if (outcome?.error === undefined && outcome?.got === big) return;
      fail(
        `The source had a text of a megabyte in ${column.object}.${column.column}.\n${outcome?.error ?? "It was changed on the way."}`,
      );
    }
    const outcomes = await roundTrip(lab, column, found.counterexample[0]);
    const bad = outcomes.find(({ value, got, error }) => error !== undefined || value !== got);
    fail(
      `A text of ${column.object}.${column.column} was ${bad?.error === undefined ? "changed on the way" : "not survived"}.`,
      {
        difference: `source  ${show(bad?.value)}\nreader  ${bad?.error ?? show(bad?.got)}`,
        advice: "Hand text over as it came: no trimming, no normalising, no parsing.",
      },
    );
  },
});

export const nullIsNotMissing = readerCheck({
  id: "R8.null",
  clause: "2.8",
  group: "values",
  tier: "offline",
  needs: ["http"],
  title: "Null, missing and empty are three things",
  why: "A merge leaves a missing column as it is, and clears one that is null; an empty text is neither.",
  how: "Puts null into a column of one record and takes the column out of another. From a reader that hands over columns, null is accepted for what is missing, as a column has no other way to say it.",
  async run(lab) {
    const columns = passThroughs(await lab.baseline()).filter(
      ({ special, required, raw }) => !special && !required && raw.length > 2,
    );
    const [column] = columns;
    if (column === undefined)
      notApplicable("The reader passes no column that may be null through unchanged.");
    const isText = column.raw.every((record) => typeof (leafAt(record, column.path) ?? "") === "string");
    const values = [null, MISSING, ...(isText ? [""] : [])];
    // In columns what is missing is null.
    const { columnar } = (await lab.baseline()).reading;
    await mustSurvive(
      lab,
      column,
      values,
      (value, got) => (value === MISSING ? got === undefined || (columnar && got === null) : got === value),
      'Do not put defaults in: `?? null`, `?? ""` and `|| 0` make one of the other.',
    );
  },
});

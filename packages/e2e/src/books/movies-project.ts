import { readFileSync } from "node:fs";
import { Project } from "../dativo.js";
import { vegaData } from "../vega-data.js";

/** A bad record to be planted among the real ones, and what its dead letter must say. */
interface Planted {
  /** JavaScript of the record, as some of it is no JSON. */
  readonly code: string;
  readonly reason: string;
  readonly path?: string;
  readonly expected: string;
  readonly got: string | RegExp;
}

const GOOD = "released: '1999-01-01', gross: 1, rating: 5, votes: 1";

/** Bad records of every kind that a plugin can hand over. */
export const PLANTED: readonly Planted[] = [
  {
    code: `{ title: ["a", "b"], ${GOOD} }`,
    reason: "type",
    path: "title",
    expected: "string",
    got: "list of 2 items",
  },
  { code: `{ ${GOOD} }`, reason: "required", path: "title", expected: "string", got: /null|nothing/ },
  {
    code: `{ title: "\\ud800 broken", ${GOOD} }`,
    reason: "encoding",
    path: "title",
    expected: "text without lone surrogates",
    got: /text of 8 characters/,
  },
  {
    code: `{ title: "too large", ...good, gross: 2n ** 70n }`,
    reason: "range",
    path: "gross",
    expected: "integer",
    got: "bigint of 22 digits",
  },
  {
    code: `{ title: "a fraction", ...good, votes: 1.5 }`,
    reason: "precision",
    path: "votes",
    expected: "integer",
    got: "number with a fraction",
  },
  {
    code: `{ title: "no such day", ...good, released: "1999-02-30" }`,
    reason: "range",
    path: "released",
    expected: "date (YYYY-MM-DD)",
    got: /text of 10 characters/,
  },
  {
    code: `{ title: "no number", ...good, rating: "good" }`,
    reason: "format",
    path: "rating",
    expected: "number",
    got: /text of 4 characters/,
  },
  { code: `"a text"`, reason: "type", expected: "a record (an object)", got: /text|string/ },
  { code: `17`, reason: "type", expected: "a record (an object)", got: /number|integer/ },
  { code: `null`, reason: "type", expected: "a record (an object)", got: "null" },
  { code: `["a", "list"]`, reason: "type", expected: "a record (an object)", got: /list|array/ },
];

const SCHEMA = `z.object({ title: z.string(), released: z.iso.date(), gross: z.int().nullable(), rating: z.number().nullable(), votes: z.int().nullable() })`;
/** The schema after it was mended: titles may be absent. */
export const UNTITLED_SCHEMA = SCHEMA.replace("title: z.string()", "title: z.string().nullish()");
/** The schema after it was mended once more: votes may be fractions. */
export const FRACTIONS_SCHEMA = UNTITLED_SCHEMA.replace("votes: z.int()", "votes: z.number()");

/** The reader of the movies, with the planted records spread among them. */
export function moviesReader(schema: string = SCHEMA): string {
  return `import { defineReader } from "@dativo/sdk";
import { readFileSync } from "node:fs";
import { z } from "zod";

const good = { ${GOOD} };
const planted = [${PLANTED.map(({ code }) => code).join(",\n  ")}];
const movies = JSON.parse(readFileSync(new URL("./movies.json", import.meta.url), "utf8"));
const rows = movies.map((movie) => ({ title: movie.Title, released: movie.released, gross: movie["US Gross"], rating: movie["IMDB Rating"], votes: movie["IMDB Votes"] }));
// A field that the schema does not have is left out, and its record stored.
Object.assign(rows[7], { surprise: true });
planted.forEach((record, index) => rows.splice(100 + index * 250, 0, record));

export default defineReader({
  name: "movies",
  open: () => ({}),
  objects: {
    movies: {
      schema: ${schema},
      async *read() {
        for (let at = 0; at < rows.length; at += 400) yield rows.slice(at, at + 400);
      },
    },
  },
});
`;
}

/** A movie as its records are read. */
export interface Movie {
  readonly title: string | number | null;
  readonly released: string;
  readonly gross: number | null;
  readonly rating: number | null;
  readonly votes: number | null;
}

/** The real movies; one has no title, and nine have a number for one. */
export const MOVIES: readonly Movie[] = (
  JSON.parse(readFileSync(vegaData("movies.json"), "utf8")) as Record<string, never>[]
).map((movie) => ({
  title: movie.Title as never,
  released: new Date(`${movie["Release Date"]} UTC`).toISOString().slice(0, 10),
  gross: movie["US Gross"] as never,
  rating: movie["IMDB Rating"] as never,
  votes: movie["IMDB Votes"] as never,
}));

/** A project whose job reads the movies into a target. */
export function moviesProject(target: string, rest: string): Project {
  const raw = JSON.parse(readFileSync(vegaData("movies.json"), "utf8")) as Record<string, unknown>[];
  return new Project({
    "movies.json": JSON.stringify(
      raw.map((movie, index) => ({ ...movie, released: MOVIES[index]?.released })),
    ),
    "movies.ts": moviesReader(),
    "job.yaml": `name: movies
source:
  custom_reader: "movies.ts:default"
  objects: [movies]
target:
${target}
${rest}
`,
  });
}

import { readFile } from "node:fs/promises";
import { defineReader } from "@dativo/sdk";
import { z } from "zod";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Jun 12 1998` as `1998-06-12`; what looks otherwise stays as it is, for the schema to judge. */
function isoDate(text: string): string {
  const [, month = "", day = "", year] = /^([A-Z][a-z]{2}) (\d{1,2}) (\d{4})$/.exec(text) ?? [];
  const number = MONTHS.indexOf(month) + 1;
  return number === 0 ? text : `${year}-${String(number).padStart(2, "0")}-${day.padStart(2, "0")}`;
}

export default defineReader({
  name: "movies",
  config: { connection: z.object({ path: z.string() }) },
  open: ({ config }) => config.connection,
  objects: {
    movies: {
      async *read({ client }) {
        const movies = JSON.parse(await readFile(client.path, "utf8")) as Record<string, unknown>[];
        for (let at = 0; at < movies.length; at += 500)
          yield movies.slice(at, at + 500).map((movie) => ({
            title: movie.Title,
            released: isoDate(String(movie["Release Date"])),
            rating: movie["IMDB Rating"],
          }));
      },
    },
  },
});

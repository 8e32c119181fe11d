import { createReadStream } from "node:fs";

/**
 * Lines of a UTF-8 file, ended by line feeds alone; the last one may lack its own.
 *
 * `node:readline` also ends lines at U+2028 and U+2029, from Node 24 on inside texts too, and JSON holds those as they are.
 *
 * @example
 * for await (const line of fileLines("dead-letters.jsonl")) JSON.parse(line);
 */
export async function* fileLines(file: string): AsyncGenerator<string, void> {
  // Pieces of a line that goes over several chunks, joined once.
  let begun: string[] = [];
  for await (const chunk of createReadStream(file, "utf8") as AsyncIterable<string>) {
    const [first = "", ...rest] = chunk.split("\n");
    begun.push(first);
    if (rest.length === 0) continue;
    yield begun.join("");
    const last = rest.pop() as string;
    yield* rest;
    begun = [last];
  }
  const end = begun.join("");
  if (end !== "") yield end;
}

import type { Json, ObjectSpec, Plugin, ReaderEvent, Row } from "@dativo/protocol";
import { type DeadLetter, DeadLetters, type NumberedDeadLetter } from "../store/dead-letters.js";

/** Letters read at once. */
const BATCH = 1000;

/** The dead letters of a run as a source: one object each, a letter's number as its position. */
export class LetterReader {
  readonly plugin: Plugin;
  private readonly batches = new Map<string, number[][]>();
  private readonly stillBad = new Set<number>();

  constructor(
    private readonly file: string,
    private readonly objects: readonly ObjectSpec[],
    /** Letters that need no replay. */
    private readonly skip: ReadonlySet<number>,
  ) {
    this.plugin = {
      spec: { name: "dead-letters", kind: "reader", version: "1.0.0", api: 1, objects },
      openReader: async () => ({
        check: async () => ({ success: true, message: "the dead letters are there" }),
        discover: async () => ({
          objects: objects.map(({ name }) => ({ name, type: "dead letters" })),
          metadata: {},
        }),
        estimate: async () => null,
        extract: () => this.extract(),
        close: async () => undefined,
      }),
      openWriter: () => Promise.reject(new Error("dead letters are only read")),
      close: async () => undefined,
    };
  }

  /** A letter that was rejected again. */
  reject({ object, batch, index }: Pick<DeadLetter, "object" | "batch" | "index">): void {
    const number = this.batches.get(object)?.[batch]?.[index];
    if (number !== undefined) this.stillBad.add(number);
  }

  /** Letters of an object up to a position that were not rejected again. */
  accepted(object: string, upTo: Json): readonly number[] {
    if (typeof upTo !== "number") return [];
    return (this.batches.get(object) ?? [])
      .flat()
      .filter((number) => number <= upTo && !this.stillBad.has(number));
  }

  private async *extract(): AsyncGenerator<ReaderEvent, void> {
    for (const object of this.objects) {
      yield { type: "object", object };
      for await (const letters of this.lettersOf(object.name)) {
        const numbers = letters.map(({ number }) => number);
        this.batches.set(object.name, [...(this.batches.get(object.name) ?? []), numbers]);
        yield {
          type: "batch",
          object: object.name,
          data: { form: "rows", rows: letters.map(({ record }) => record as Row) },
        };
        yield { type: "checkpoint", object: object.name, state: numbers.at(-1) ?? null };
      }
      yield { type: "end", object: object.name };
    }
  }

  private async *lettersOf(object: string): AsyncGenerator<readonly NumberedDeadLetter[], void> {
    let letters: NumberedDeadLetter[] = [];
    for await (const letter of DeadLetters.read(this.file)) {
      if (letter.object !== object || this.skip.has(letter.number)) continue;
      letters.push(letter);
      if (letters.length < BATCH) continue;
      yield letters;
      letters = [];
    }
    if (letters.length > 0) yield letters;
  }
}

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type PrefetchBounds, prefetch } from "./prefetch.js";

const never = new AbortController().signal;
const bounds = (changes: Partial<PrefetchBounds<number>> = {}): PrefetchBounds<number> => ({
  items: 2,
  weight: 100,
  weigh: () => 1,
  signal: never,
  ...changes,
});

/** Yields numbers, and says how far it has been pulled. */
function source(count: number) {
  const seen = { pulled: 0, ended: false };
  async function* numbers(): AsyncGenerator<number, void> {
    try {
      for (let at = 0; at < count; at += 1) {
        seen.pulled = at + 1;
        yield at;
      }
    } finally {
      seen.ended = true;
    }
  }
  return { seen, numbers: numbers() };
}

const turns = () => new Promise((resolve) => setImmediate(resolve));

describe("prefetch", () => {
  it("passes everything on in order, whatever the bounds", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(30),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        async (count, items, weight) => {
          const taken: number[] = [];
          const weigh = (at: number) => (at % 3 === 0 ? undefined : at % 4);
          for await (const at of prefetch(source(count).numbers, bounds({ items, weight, weigh }))) {
            taken.push(at);
            if (at % 2 === 0) await turns();
          }
          expect(taken).toEqual(Array.from({ length: count }, (_, at) => at));
        },
      ),
    );
  });

  it.each([
    ["items", bounds({ items: 2 }), 3],
    ["weight", bounds({ items: 9, weight: 4, weigh: () => 4 }), 2],
  ])("stays within its bound of %s while nobody takes", async (_name, within, most) => {
    const { seen, numbers } = source(50);
    const taking = prefetch(numbers, within);
    await taking.next();
    for (let turn = 0; turn < 20; turn += 1) await turns();
    expect(seen.pulled).toBe(most);
    await taking.return();
  });

  it("does not count what weighs nothing", async () => {
    const { seen, numbers } = source(50);
    const taking = prefetch(numbers, bounds({ weigh: () => undefined }));
    await taking.next();
    for (let turn = 0; turn < 20; turn += 1) await turns();
    expect(seen.pulled).toBe(50);
  });

  it("throws what the source throws, after what came before", async () => {
    async function* failing() {
      yield 1;
      yield 2;
      throw new Error("no more");
    }
    const taken: number[] = [];
    await expect(async () => {
      for await (const at of prefetch(failing(), bounds())) taken.push(at);
    }).rejects.toThrow("no more");
    expect(taken).toEqual([1, 2]);
  });

  it("ends the source when it is left early", async () => {
    const { seen, numbers } = source(50);
    for await (const at of prefetch(numbers, bounds())) if (at === 3) break;
    expect(seen.ended).toBe(true);
  });

  it("does not wait for a source that hangs once its signal is aborted", async () => {
    const controller = new AbortController();
    const hanging: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
    };
    const taking = prefetch(hanging, bounds({ signal: controller.signal })).next();
    controller.abort(new Error("enough"));
    await expect(taking).rejects.toThrow("enough");
  });
});

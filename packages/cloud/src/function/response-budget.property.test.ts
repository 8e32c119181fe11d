import fc from "fast-check";
import { expect, it } from "vitest";
import { ResponseBudget } from "./response-budget.js";

/** Bytes and milliseconds of what lies between two checkpoints. */
const step = fc.record({ bytes: fc.integer({ min: 1, max: 400 }), ms: fc.integer({ min: 0, max: 400 }) });

it("stops before the provider would, when no step is larger or slower than those before it", () => {
  fc.assert(
    fc.property(
      step,
      fc.integer({ min: 1, max: 5000 }),
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: 0, max: 500 }),
      ({ bytes, ms }, responseBytes, more, reserveMs) => {
        const streamBytes = Math.max(bytes, responseBytes + more);
        const timeoutMs = 10_000;
        let sent = 0;
        let now = 0;
        const budget = new ResponseBudget(
          { responseBytes, streamBytes, reserveMs },
          { sentBytes: () => sent, nowMs: () => now, remainingMs: () => timeoutMs - now },
        );
        let reason: string | undefined;
        for (let steps = 0; reason === undefined && steps < 10_000; steps += 1) {
          budget.stop({ type: "batch", object: "a", data: { form: "rows", rows: [] } });
          sent += bytes;
          now += ms;
          reason = budget.stop({ type: "checkpoint", object: "a", state: steps });
        }
        expect(sent).toBeLessThanOrEqual(streamBytes);
        expect(now).toBeLessThanOrEqual(timeoutMs);
        expect(reason === "bytes" ? sent + bytes > Math.min(streamBytes, responseBytes) : true).toBe(true);
      },
    ),
  );
});

it("passes over places where another object would have to be read again", () => {
  const budget = new ResponseBudget(
    { responseBytes: 1, streamBytes: 1000, reserveMs: 0 },
    { sentBytes: () => 10, nowMs: () => 0, remainingMs: () => 1000 },
  );
  const batch = (object: string) => ({ type: "batch", object, data: { form: "rows", rows: [] } }) as const;
  expect(budget.stop(batch("a"))).toBeUndefined();
  expect(budget.stop(batch("b"))).toBeUndefined();
  expect(budget.stop({ type: "checkpoint", object: "a", state: 1 })).toBeUndefined();
  expect(budget.stop({ type: "end", object: "b" })).toBe("bytes");
});

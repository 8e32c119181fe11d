import { describe, expect, it } from "vitest";
import { ASSUMED_RATES, estimateCost, measuredRates } from "./estimate.js";
import { functionCost } from "./function-cost.js";
import { currentPrices } from "./prices.js";

const LAMBDA = { provider: "aws", memoryMb: 512, architecture: "x86_64" } as const;
const use = (invocations: number, seconds: number, responseBytes = 0) => ({
  invocations,
  billedMilliseconds: seconds * 1000,
  responseBytes,
});

describe("what a function costs", () => {
  it("is its gigabyte seconds, requests, and what it streams beyond the free bytes", () => {
    const cost = functionCost(LAMBDA, use(1_000_000, 3600));
    expect(cost.requests).toBeCloseTo(0.2, 6);
    expect(cost.compute).toBeCloseTo(3600 * 0.5 * 0.0000166667, 6);
    expect(cost.streamed).toBe(0);
    expect(cost.total).toBeCloseTo(cost.requests + cost.compute, 10);
    const streamed = functionCost(LAMBDA, use(2, 1, 2 * 6_291_456 + 1024 ** 3));
    expect(streamed.streamed).toBeCloseTo(0.008, 6);
  });

  it("is less on arm64, and at Google has a price for processors", () => {
    const arm = functionCost({ ...LAMBDA, architecture: "arm64" }, use(0, 100));
    expect(arm.compute / functionCost(LAMBDA, use(0, 100)).compute).toBeCloseTo(0.8, 3);
    const { compute } = functionCost({ provider: "gcp", memoryMb: 512 }, use(0, 100));
    expect(compute).toBeCloseTo(100 * (0.5 * 0.0000025 + 0.333 * 0.000024), 8);
    expect(functionCost({ provider: "gcp", memoryMb: 600 }, use(0, 100)).compute).toBeCloseTo(
      100 * ((600 / 1024) * 0.0000025 + 0.583 * 0.000024),
      8,
    );
  });

  it("says of which day its prices are", () => {
    expect(currentPrices().as_of).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(currentPrices().note).toMatch(/never compared with a bill/);
  });
});

describe("an estimate", () => {
  it("counts the invocations that answers and time make necessary", () => {
    const small = estimateCost(LAMBDA, 300, 1000, ASSUMED_RATES);
    expect(small.use.invocations).toBe(1);
    const wide = estimateCost(LAMBDA, 300, 1_000_000, { ...ASSUMED_RATES, bytesPerRecord: 5500 });
    expect(wide.use.invocations).toBe(1000);
    const slow = estimateCost(LAMBDA, 115, 1_000_000, {
      ...ASSUMED_RATES,
      millisecondsPerRecord: 1,
      bytesPerRecord: 1,
    });
    expect(slow.use.invocations).toBe(10);
    expect(slow.use.billedMilliseconds).toBe(1_000_000 + 10 * 1000);
  });

  it("follows what a run showed, and nothing that it did not", () => {
    const rates = measuredRates("run-1", 1000, use(2, 10, 50_000));
    expect(rates).toMatchObject({ millisecondsPerRecord: 10, bytesPerRecord: 50, origin: "from run run-1" });
    expect(estimateCost(LAMBDA, 300, 2000, rates!).use.billedMilliseconds).toBe(20_000);
    expect(measuredRates("run-1", 0, use(2, 10))).toBeUndefined();
    expect(measuredRates("run-1", 10, use(2, 0))).toBeUndefined();
  });
});

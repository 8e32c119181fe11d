import { describe, expect, it } from "vitest";
import { pause, retryDelaySeconds } from "./retry.js";

const policy = { maxRetries: 9, initialDelaySeconds: 5, backoffMultiplier: 2, maxDelaySeconds: 60 };
const delay = (failures: number, more: { retryAfterSeconds?: number; random?: () => number } = {}) =>
  retryDelaySeconds(policy, { failures, random: () => 0, ...more });

describe("retryDelaySeconds", () => {
  it("grows up to its bound", () => {
    expect([1, 2, 3, 4, 5, 9].map((failures) => delay(failures))).toEqual([5, 10, 20, 40, 60, 60]);
  });
  it("leaves a part to chance", () => {
    expect(delay(2, { random: () => 1 })).toBe(8);
  });
  it("is never shorter than what the source asked for", () => {
    expect(delay(1, { retryAfterSeconds: 90 })).toBe(90);
    expect(delay(3, { retryAfterSeconds: 1 })).toBe(20);
  });
});

describe("pause", () => {
  it("ends when it is cancelled", async () => {
    const controller = new AbortController();
    const pausing = pause(3600, controller.signal);
    controller.abort();
    await expect(pausing).resolves.toBeUndefined();
  });
});

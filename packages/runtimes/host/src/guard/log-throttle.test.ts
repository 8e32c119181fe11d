import type { LogRecord } from "@dativo/protocol";
import { expect, it } from "vitest";
import { LogThrottle } from "./log-throttle.js";

function throttled() {
  const passed: LogRecord[] = [];
  let now = 0;
  const throttle = new LogThrottle(
    "sample",
    (record) => passed.push(record),
    () => now,
  );
  return {
    passed,
    throttle,
    push: (count: number) => {
      for (let index = 0; index < count; index += 1) throttle.push({ level: "info", message: "m" });
    },
    wait: (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

it("lets a burst through and counts what comes after it", () => {
  const { passed, push, throttle } = throttled();
  push(1500);
  expect(passed).toHaveLength(1000);
  throttle.report();
  expect(passed.at(-1)).toEqual({
    level: "warn",
    source: "sample",
    message: "500 more log records were left out, because they came too fast.",
    fields: { omitted: 500 },
  });
  throttle.report();
  expect(passed).toHaveLength(1001);
});

it("lets a steady trickle through for ever", () => {
  const { passed, push, wait } = throttled();
  for (let second = 0; second < 100; second += 1) {
    push(200);
    wait(1);
  }
  expect(passed).toHaveLength(20_000);
});

it("says what it left out before the next record that it lets through", () => {
  const { passed, push, wait } = throttled();
  push(1010);
  wait(1);
  push(1);
  expect(passed.slice(-2).map(({ fields }) => fields)).toEqual([{ omitted: 10 }, undefined]);
});

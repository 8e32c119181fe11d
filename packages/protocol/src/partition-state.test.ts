import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "./json.js";
import { joinPartitionStates, splitPartitionStates } from "./partition-state.js";

test("what was joined is split into the same positions", () => {
  const positions = fc.dictionary(
    fc.string({ minLength: 1 }).filter((id) => id !== "__proto__"),
    fc.jsonValue().filter((state) => state !== null),
  );
  fc.assert(
    fc.property(positions, (states) => {
      const joined = joinPartitionStates(states as Record<string, Json>);
      expect(splitPartitionStates(joined) ?? {}).toEqual(states);
    }),
  );
});

test.each<[Json | undefined]>([
  [undefined],
  [null],
  [7],
  ["partitions"],
  [[]],
  [{}],
  [{ partitions: [] }],
  [{ partitions: null }],
  [{ partitions: {}, version: 1 }],
  [{ version: 1, cursor: "updated" }],
])("%j is not the position of a divided object", (state) => {
  expect(splitPartitionStates(state)).toBeUndefined();
});

test("partitions without a position have none", () => {
  expect(joinPartitionStates({ eu: null })).toBeNull();
  expect(joinPartitionStates({ eu: null, us: 3 })).toEqual({ partitions: { us: 3 } });
});

import { describe, expect, it } from "vitest";
import type { CursorOptions } from "./cursor-options.js";
import { CursorTracker } from "./cursor-tracker.js";

const OPTIONS: CursorOptions = {
  object: "quakes",
  cursor: "updated",
  kind: "instant",
  order: "ascending",
  inclusive: true,
  lookbackSeconds: 0,
  failOnNull: false,
  boundaryBytes: 1000,
  hasKey: false,
};

const row = (id: string, updated: unknown) => ({ id, updated });
const T1 = "2026-01-04T10:00:00Z";
const T2 = "2026-01-04T10:00:01Z";

describe("CursorTracker", () => {
  it("gives back the value as the source wrote it", () => {
    const tracker = new CursorTracker(OPTIONS, undefined);
    expect(tracker.since).toBeUndefined();
    tracker.accept([row("a", "2026-01-04T11:00:00.000+01:00")]);
    expect(new CursorTracker(OPTIONS, tracker.checkpoint()).since).toBe("2026-01-04T11:00:00.000+01:00");
  });

  it.each([new Date(T1), 7, 9007199254740993n, "7"])("keeps the JavaScript type of %s", (value) => {
    const kind = value instanceof Date ? "instant" : "integer";
    const tracker = new CursorTracker({ ...OPTIONS, kind }, undefined);
    tracker.accept([row("a", value)]);
    const state = JSON.parse(JSON.stringify(tracker.end()));
    expect(new CursorTracker({ ...OPTIONS, kind }, state).since).toEqual(value);
  });

  it("delivers a tie that was not delivered before, and leaves out the others", () => {
    const first = new CursorTracker(OPTIONS, undefined);
    first.accept([row("a", T1), row("b", T1)]);
    const second = new CursorTracker(OPTIONS, first.checkpoint());
    expect(second.accept([row("b", T1), row("c", T1), row("a", T1)])).toMatchObject({
      rows: [row("c", T1)],
      deduplicated: 2,
      filtered: 0,
    });
  });

  it("delivers a record that changed without a new cursor value", () => {
    const first = new CursorTracker(OPTIONS, undefined);
    first.accept([{ ...row("a", T1), mag: 1 }]);
    const second = new CursorTracker(OPTIONS, first.checkpoint());
    expect(second.accept([{ ...row("a", T1), mag: 2 }]).rows).toHaveLength(1);
  });

  it("recognises a record whose keys come in another order", () => {
    const first = new CursorTracker(OPTIONS, undefined);
    first.accept([{ id: "a", n: 1, updated: T1 }]);
    const second = new CursorTracker(OPTIONS, first.checkpoint());
    expect(second.accept([{ updated: T1, id: "a", n: 1n }]).deduplicated).toBe(1);
  });

  it("names both values when records are out of order", () => {
    const tracker = new CursorTracker(OPTIONS, undefined);
    expect(() => tracker.accept([row("a", T2), row("b", T1)])).toThrow(
      expect.objectContaining({
        code: "CURSOR_OUT_OF_ORDER",
        message: expect.stringMatching(`${T1} came after ${T2}`),
      }),
    );
  });

  it("verifies the order across pages, and of descending records", () => {
    const tracker = new CursorTracker({ ...OPTIONS, order: "descending" }, undefined);
    tracker.accept([row("a", T1)]);
    expect(() => tracker.accept([row("b", T2)])).toThrow(
      expect.objectContaining({ code: "CURSOR_OUT_OF_ORDER" }),
    );
  });

  it("has no checkpoint before the end of an unsorted read", () => {
    const tracker = new CursorTracker({ ...OPTIONS, order: "unsorted" }, undefined);
    tracker.accept([row("a", T2), row("b", T1)]);
    expect(tracker.checkpoint()).toBeUndefined();
    expect(new CursorTracker(OPTIONS, tracker.end()).since).toBe(T2);
  });

  it("stays below the last value when the source only offers values after a position", () => {
    const options = { ...OPTIONS, inclusive: false };
    const tracker = new CursorTracker(options, undefined);
    tracker.accept([row("a", T1)]);
    expect(new CursorTracker(options, tracker.checkpoint()).since).toBeUndefined();
    tracker.accept([row("b", T2)]);
    const next = new CursorTracker(options, tracker.end());
    expect(next.since).toBe(T1);
    expect(next.accept([row("b", T2), row("c", T2)])).toMatchObject({
      rows: [row("c", T2)],
      deduplicated: 1,
    });
  });

  it("asks again from the time it looks back, and writes it as the source does", () => {
    const first = new CursorTracker(OPTIONS, undefined);
    first.accept([row("a", "2026-01-04T10:00:00.250Z")]);
    const second = new CursorTracker({ ...OPTIONS, lookbackSeconds: 90 }, first.end());
    expect(second.since).toBe("2026-01-04T09:58:30.250Z");
    expect(
      second.accept([
        row("x", "2026-01-04T09:58:30Z"),
        row("y", "2026-01-04T09:59:00Z"),
        row("a", "2026-01-04T10:00:00.250Z"),
      ]),
    ).toMatchObject({
      rows: [row("y", "2026-01-04T09:59:00Z")],
      filtered: 1,
      deduplicated: 1,
    });
    expect(second.end()).toBeUndefined();
  });

  it("looks back whole days with dates", () => {
    const options: CursorOptions = { ...OPTIONS, kind: "date", lookbackSeconds: 90_000 };
    const first = new CursorTracker(options, undefined);
    first.accept([row("a", "2026-03-01")]);
    expect(new CursorTracker(options, first.end()).since).toBe("2026-02-27");
  });

  it("delivers records without a value, and does not move for them", () => {
    const tracker = new CursorTracker(OPTIONS, undefined);
    expect(tracker.accept([row("a", null), { id: "b" }, row("c", "soon"), 7, null]).rows).toHaveLength(5);
    expect(tracker.end()).toBeUndefined();
  });

  it("fails for a record without a value when told to", () => {
    const tracker = new CursorTracker({ ...OPTIONS, failOnNull: true }, undefined);
    expect(() => tracker.accept([row("a", null)])).toThrow(
      expect.objectContaining({
        code: "VALIDATION_FAILED",
        message: expect.stringContaining("updated is null"),
      }),
    );
  });

  it("fails at the end when more records share the last value than can be remembered, unless there is a key", () => {
    const many = Array.from({ length: 100 }, (_, id) => row(String(id), T1));
    const keyless = new CursorTracker(OPTIONS, undefined);
    keyless.accept(many);
    expect(keyless.checkpoint()).toBeUndefined();
    expect(() => keyless.end()).toThrow(expect.objectContaining({ code: "CURSOR_BOUNDARY_TOO_LARGE" }));
    const keyed = new CursorTracker({ ...OPTIONS, hasKey: true }, undefined);
    keyed.accept(many);
    const state = keyed.checkpoint();
    expect(keyed.overflowed).toBe(true);
    const next = new CursorTracker({ ...OPTIONS, hasKey: true }, state);
    expect(next.accept(many.slice(0, 3)).rows).toHaveLength(3);
  });

  it("forgets an overflow once a greater value was seen", () => {
    const tracker = new CursorTracker(OPTIONS, undefined);
    tracker.accept(Array.from({ length: 100 }, (_, id) => row(String(id), T1)));
    tracker.accept([row("z", T2)]);
    expect(new CursorTracker(OPTIONS, tracker.end()).since).toBe(T2);
  });

  it("says that a descending read is done at the first record before the position", () => {
    const options: CursorOptions = { ...OPTIONS, order: "descending" };
    const first = new CursorTracker(options, undefined);
    first.accept([row("b", T2)]);
    const second = new CursorTracker(options, first.end());
    expect(second.accept([row("b", T2)]).done).toBe(false);
    expect(second.accept([row("a", T1)])).toMatchObject({ rows: [], filtered: 1, done: true });
  });

  it.each([
    [{ version: 1, position: 7 }, "POSITION_INVALID"],
    ["text", "POSITION_INVALID"],
    [{ version: 2 }, "STATE_VERSION_NEWER"],
    [
      {
        version: 1,
        cursor: "created",
        kind: "instant",
        position: null,
        edge: { form: "text", text: T1 },
        records: [],
      },
      "POSITION_INVALID",
    ],
    [
      {
        version: 1,
        cursor: "updated",
        kind: "integer",
        position: null,
        edge: { form: "text", text: "1" },
        records: [],
      },
      "POSITION_INVALID",
    ],
    [
      {
        version: 1,
        cursor: "updated",
        kind: "instant",
        position: null,
        edge: { form: "text", text: "x" },
        records: [],
      },
      "POSITION_INVALID",
    ],
    [
      {
        version: 1,
        cursor: "updated",
        kind: "instant",
        position: null,
        edge: { form: "text", text: T1 },
        records: [1],
      },
      "POSITION_INVALID",
    ],
  ])("refuses the state %j", (state, code) => {
    expect(() => new CursorTracker(OPTIONS, state)).toThrow(expect.objectContaining({ code }));
  });
});

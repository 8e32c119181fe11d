import { PLUGIN } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { NEVER, openReader, readAll, recordingHost, rowsIn, statesIn } from "../../test/recording-host.js";
import { createSourceConfig } from "../job-sides.js";
import { BaseReader } from "./base-reader.js";
import { checkpoint } from "./extracted.js";
import type { IncrementalState } from "./incremental-state.js";

class Minimal extends BaseReader {
  *extract() {
    yield [{ n: 1 }];
  }
}

describe("a class that extends BaseReader", () => {
  it("is loadable, with its own name and version", () => {
    class Versioned extends Minimal {
      static override version = "2.1.0";
    }
    expect(Versioned[PLUGIN].spec).toMatchObject({
      name: "Versioned",
      kind: "reader",
      version: "2.1.0",
      api: 1,
    });
    expect(Minimal[PLUGIN].spec).toMatchObject({ name: "Minimal", version: "1.0.0" });
  });

  it("answers unknown for a check, the job's objects for discovery, and no estimate", async () => {
    const reader = await openReader(Minimal, { objects: ["users", "orders"] });
    expect(await reader.check(NEVER)).toMatchObject({ success: false, error_code: "NOT_IMPLEMENTED" });
    expect(await reader.discover(NEVER)).toMatchObject({
      objects: [{ name: "users", type: "object" }, { name: "orders" }],
      metadata: { note: expect.any(String) },
    });
    expect(await reader.estimate({ objects: [], state: {} }, NEVER)).toBeNull();
  });

  it("may spell results as Python does", async () => {
    class Ported extends Minimal {
      override checkConnection() {
        return { success: false, message: "no", error_code: "AUTH_FAILED", details: { a: 1 } };
      }
    }
    class Camel extends Minimal {
      override async checkConnection() {
        return { success: false, message: "no", errorCode: "AUTH_FAILED", details: { a: 1 } };
      }
    }
    const expected = { success: false, message: "no", error_code: "AUTH_FAILED", details: { a: 1 } };
    expect(await (await openReader(Ported)).check(NEVER)).toEqual(expected);
    expect(await (await openReader(Camel)).check(NEVER)).toEqual(expected);
  });

  it("reports a check or a constructor that throws as a failed check", async () => {
    class Refusing extends Minimal {
      constructor(source: never) {
        super(source);
        throw new Error("base_url is required");
      }
    }
    expect(await (await openReader(Refusing)).check(NEVER)).toMatchObject({
      success: false,
      message: "base_url is required",
    });
  });

  it("has its host's log, http and signal, even while it is constructed", async () => {
    const host = recordingHost();
    let signal: AbortSignal | undefined;
    class Logging extends Minimal {
      constructor(source: never) {
        super(source);
        this.log.info({ objects: this.sourceConfig.objects }, "made");
        signal = this.signal;
        expect(this.http.json).toBeTypeOf("function");
      }
    }
    const reader = await openReader(Logging, { objects: ["a"] }, host);
    await readAll(reader, ["a"]);
    expect(host.logs).toEqual([
      { level: "info", message: "made", source: "Logging", fields: { objects: ["a"] } },
    ]);
    host.controller.abort();
    expect(signal?.aborted).toBe(true);
  });

  it("can be constructed by hand, as a test does", async () => {
    const reader = new Minimal(createSourceConfig({ objects: ["a"] }));
    expect([...reader.extract()]).toEqual([[{ n: 1 }]]);
    expect(await reader.discover()).toMatchObject({ objects: [{ name: "a" }] });
  });
});

describe("extract of a class", () => {
  const reading = (
    extract: (this: BaseReader, state?: IncrementalState) => unknown,
    objects: string[],
    state = {},
  ) => {
    class Reader extends BaseReader {
      static override incremental = true;
      override extract(given?: IncrementalState) {
        return extract.call(this, given) as never;
      }
    }
    return openReader(Reader, { objects }).then((reader) => readAll(reader, objects, state));
  };

  it("gives records without an object to the only one there is", async () => {
    const events = await reading(() => [[{ n: 1 }], [], [{ n: 2 }]], ["users"]);
    expect(events).toEqual([
      { type: "object", object: { name: "users", incremental: true } },
      { type: "batch", object: "users", data: { form: "rows", rows: [{ n: 1 }, { n: 2 }] } },
      { type: "end", object: "users" },
    ]);
  });

  it("gives them to the object that is being asked for when there are several", async () => {
    class Guide extends BaseReader {
      override *extract() {
        for (const object of this.sourceConfig.objects) yield [{ from: object }];
      }
    }
    const objects = ["users", "orders"];
    const events = await readAll(await openReader(Guide, { objects }), objects);
    expect(events.flatMap((event) => (event.type === "batch" ? [[event.object, event.data]] : []))).toEqual(
      objects.map((from) => [from, { form: "rows", rows: [{ from }] }]),
    );
  });

  it("asks once only for what is yielded all at once, by name", async () => {
    let calls = 0;
    const events = await reading(() => {
      calls += 1;
      return [
        { object: "orders", records: [{ n: 1 }] },
        { object: "users", records: [{ n: 2 }] },
      ];
    }, ["users", "empty", "orders"]);
    expect(calls).toBe(1);
    expect(events.filter(({ type }) => type === "batch")).toHaveLength(2);
    expect(events.filter(({ type }) => type === "end")).toHaveLength(3);
  });

  it("keeps objects apart, in whatever order they come, and ends them all", async () => {
    const events = await reading(
      () => [
        { object: "orders", records: [{ n: 1 }] },
        { object: "users", records: [{ n: 2 }] },
        { object: "orders", records: [{ n: 3 }] },
      ],
      ["users", "orders", "empty"],
    );
    expect(
      events.map((event) => `${event.type} ${event.type === "object" ? event.object.name : event.object}`),
    ).toEqual([
      "object orders",
      "batch orders",
      "object users",
      "batch users",
      "batch orders",
      "object empty",
      "end orders",
      "end users",
      "end empty",
    ]);
  });

  it("passes positions on after the records before them, and back at the next run", async () => {
    const seen: unknown[] = [];
    const extract = function* (this: BaseReader, state?: IncrementalState) {
      seen.push(state?.get("users"), state?.get(), state?.objects);
      yield { object: "users", records: [{ n: 1 }], position: { at: 1 } };
      yield [{ n: 2 }];
      yield checkpoint({ at: 2 });
      yield checkpoint("users", { at: 3 });
    };
    const events = await reading(extract, ["users"]);
    expect(events.map(({ type }) => type)).toEqual([
      "object",
      "batch",
      "checkpoint",
      "batch",
      "checkpoint",
      "checkpoint",
      "end",
    ]);
    expect(statesIn(events)).toEqual([{ at: 1 }, { at: 2 }, { at: 3 }]);
    await reading(extract, ["users"], { users: { at: 3 } });
    expect(seen).toEqual([undefined, undefined, [], { at: 3 }, { at: 3 }, ["users"]]);
  });

  it("sees only the objects that are to be read", async () => {
    class Reader extends BaseReader {
      override *extract() {
        for (const object of this.sourceConfig.objects) yield { object, records: [{ object }] };
      }
    }
    const reader = await openReader(Reader, { objects: ["a", "b", "c"] });
    expect(rowsIn(await readAll(reader, ["b"]))).toEqual([{ object: "b" }]);
  });

  it.each([
    ["a number", 1],
    ["a single record", { n: 1 }],
    ["nothing", undefined],
    ["an object's name that is none", { object: 7, records: [] }],
  ])("refuses %s", async (_name, item) => {
    await expect(reading(() => [item], ["a"])).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      message: expect.stringContaining("Reader.extract"),
    });
  });

  it("refuses positions of a class that does not say it is incremental", async () => {
    class Reader extends BaseReader {
      override *extract() {
        yield { records: [{ n: 1 }], position: 1 };
      }
    }
    await expect(readAll(await openReader(Reader, { objects: ["a"] }), ["a"])).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
      hint: expect.stringContaining("incremental = true"),
    });
  });

  it("refuses a position that is not JSON", async () => {
    await expect(reading(() => [checkpoint(1n)], ["a"])).rejects.toMatchObject({
      code: "PLUGIN_WRONG_SHAPE",
    });
  });

  it("passes errors on as they are: an error is never an end", async () => {
    await expect(
      reading(
        function* () {
          yield [{ n: 1 }];
          throw new RangeError("broken");
        },
        ["a"],
      ),
    ).rejects.toThrow(RangeError);
  });

  it("closes an instance that can be closed, once", async () => {
    let closed = 0;
    class Closing extends Minimal {
      close() {
        closed += 1;
      }
    }
    const reader = await openReader(Closing);
    await readAll(reader, ["a"]);
    await reader.close();
    await reader.close();
    expect(closed).toBe(1);
  });
});

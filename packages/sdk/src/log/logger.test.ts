import { type LogRecord, Redactor } from "@dativo/protocol";
import { describe, expect, it } from "vitest";
import { createLogger } from "./logger.js";

function logging() {
  const records: LogRecord[] = [];
  const redactor = new Redactor();
  redactor.add("hunter22");
  return {
    records,
    log: createLogger({ source: "usgs", write: (record) => records.push(record), redactor }),
  };
}

describe("the logger", () => {
  it("writes messages and fields at every level", () => {
    const { records, log } = logging();
    for (const level of ["trace", "debug", "info", "warn", "error"] as const) log[level]({ page: 1 }, level);
    log.info("plain");
    expect(records.map(({ level, message }) => [level, message])).toEqual([
      ["trace", "trace"],
      ["debug", "debug"],
      ["info", "info"],
      ["warn", "warn"],
      ["error", "error"],
      ["info", "plain"],
    ]);
    expect(records[0]).toEqual({ level: "trace", message: "trace", source: "usgs", fields: { page: 1 } });
    expect(records.at(-1)).not.toHaveProperty("fields");
  });

  it("removes secrets from messages, fields and errors", () => {
    const { records, log } = logging();
    log.info("key hunter22");
    log.child({ key: "hunter22" }).warn({ nested: { list: ["hunter22"] } }, "x");
    log.error(new Error("refused hunter22"));
    log.error({ err: new Error("refused hunter22") }, "failed");
    expect(JSON.stringify(records)).not.toContain("hunter22");
    expect(records[1]?.fields).toEqual({ key: "[redacted]", nested: { list: ["[redacted]"] } });
  });

  it("shows what an error is", () => {
    const { records, log } = logging();
    log.error(Object.assign(new TypeError("broken"), { code: "E1" }));
    expect(records[0]).toMatchObject({
      message: "broken",
      fields: { err: { type: "TypeError", message: "broken", code: "E1", stack: expect.any(String) } },
    });
  });

  it("adds the fields of its parents", () => {
    const { records, log } = logging();
    log.child({ a: 1 }).child({ b: 2 }).info({ c: 3 }, "x");
    expect(records[0]?.fields).toEqual({ a: 1, b: 2, c: 3 });
  });
});

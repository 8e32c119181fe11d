import { expectTypeOf, test } from "vitest";
import type { z } from "zod";
import type { logRecordSchema } from "../src/contract-schemas.js";
import {
  type BatchHeader,
  encodeFrame,
  FRAME,
  type Frame,
  type LogRecord,
  type ObjectHeader,
  type ObjectSpec,
  type TableSchema,
} from "../src/index.js";

test("headers carry the contract's own types", () => {
  expectTypeOf<TableSchema>().toExtend<NonNullable<BatchHeader["schema"]>>();
  expectTypeOf<ObjectSpec>().toExtend<Extract<ObjectHeader, { event: "begin" }>["object"]>();
  expectTypeOf<LogRecord>().toExtend<z.infer<typeof logRecordSchema>>();
  expectTypeOf<z.infer<typeof logRecordSchema>>().toExtend<LogRecord>();
});

test("the type of a frame tells its header", () => {
  const frame = {} as Frame;
  if (frame.type === FRAME.batch) expectTypeOf(frame.header).toEqualTypeOf<BatchHeader>();
  if (frame.type === FRAME.object && frame.header.event === "end")
    expectTypeOf(frame.header.object).toEqualTypeOf<string>();
});

test("only a batch takes a payload, and a header fits its type", () => {
  // @ts-expect-error a cancel frame has no payload
  encodeFrame({ type: FRAME.cancel, header: { id: 1 }, payload: new Uint8Array(1) });
  // @ts-expect-error that is no header of a credit frame
  encodeFrame({ type: FRAME.credit, header: { id: 1 } });
});

import type { ColumnBatch, Row, TableSchema } from "@dativo/protocol";
import { expectTypeOf, test } from "vitest";
import { type CoercionId, compilePacker, type RejectionReason, unpackRows } from "../src/index.js";

test("packing", () => {
  const schema = {} as TableSchema;
  const result = compilePacker(schema).pack([{ id: 1 }, null, "x"], { mode: "warn" });
  expectTypeOf(result.batch).toEqualTypeOf<ColumnBatch>();
  expectTypeOf(result.rejected[0]?.reason).toEqualTypeOf<RejectionReason | undefined>();
  expectTypeOf<"string_to_integer">().toExtend<CoercionId>();
  expectTypeOf(unpackRows(result.batch)).toEqualTypeOf<Row[]>();
  // @ts-expect-error there is no such mode
  compilePacker(schema).pack([], { mode: "lenient" });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import {
  decodeThrift,
  encodeThrift,
  THRIFT,
  type ThriftField,
  type ThriftList,
  type ThriftStruct,
  type ThriftValue,
} from "./compact-thrift.js";

const integer = (bits: number) =>
  fc.bigInt({ min: -(2n ** BigInt(bits - 1)), max: 2n ** BigInt(bits - 1) - 1n });

const { value } = fc.letrec<{ value: ThriftField; struct: ThriftStruct; list: ThriftList }>((tie) => {
  const typed = (type: number, values: fc.Arbitrary<ThriftValue>) =>
    values.map((of) => ({ type, value: of }));
  return {
    value: fc.oneof(
      { maxDepth: 4 },
      typed(THRIFT.byte, integer(8)),
      typed(THRIFT.i16, integer(16)),
      typed(THRIFT.i32, integer(32)),
      typed(THRIFT.i64, integer(64)),
      typed(THRIFT.double, fc.uint8Array({ minLength: 8, maxLength: 8 })),
      typed(THRIFT.binary, fc.uint8Array({ maxLength: 200 })),
      fc.boolean().map((of) => ({ type: of ? THRIFT.true : THRIFT.false, value: of })),
      typed(THRIFT.struct, tie("struct")),
      typed(THRIFT.list, tie("list")),
      typed(THRIFT.set, tie("list")),
    ),
    struct: fc
      .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 40 }), tie("value")), {
        selector: ([id]) => id,
        maxLength: 6,
      })
      .map((fields) => new Map(fields.sort(([left], [right]) => left - right))),
    list: fc.oneof(
      fc.array(integer(64), { maxLength: 40 }).map((items) => ({ type: THRIFT.i64, items })),
      fc.array(fc.boolean(), { maxLength: 20 }).map((items) => ({ type: THRIFT.true, items })),
      fc.array(tie("struct"), { maxLength: 4 }).map((items) => ({ type: THRIFT.struct, items })),
    ),
  };
});
const struct = value.map((field): ThriftStruct => new Map([[7, field]]));

/** The same with plain bytes, whichever class holds them. */
function plain(of: ThriftValue): unknown {
  if (of instanceof Uint8Array) return Buffer.from(of).toString("hex");
  if (of instanceof Map) return [...of].map(([id, field]) => [id, field.type, plain(field.value)]);
  return typeof of === "object" ? { type: of.type, items: of.items.map(plain) } : of;
}

it("reads back what it wrote, of any shape", () => {
  fc.assert(
    fc.property(struct, (fields) => {
      expect(plain(decodeThrift(encodeThrift(fields)))).toEqual(plain(fields));
    }),
    { numRuns: 500 },
  );
});

it("is written as the specification says", () => {
  const fields: ThriftStruct = new Map<number, ThriftField>([
    [1, { type: THRIFT.i32, value: -1n }],
    [2, { type: THRIFT.true, value: true }],
    [20, { type: THRIFT.binary, value: Buffer.from("PAR") }],
    [21, { type: THRIFT.list, value: { type: THRIFT.i64, items: [1n, 150n] } }],
  ]);
  expect(Buffer.from(encodeThrift(fields)).toString("hex")).toBe(
    // field 1 i32 zigzag(-1), field 2 true, field 20 (18 on: long form) binary of 3, field 21 list of 2 i64, stop
    "1501" + "11" + "08" + "28" + "03504152" + "19" + "26" + "02ac02" + "00",
  );
});

it("says that bytes are missing, wherever they are cut", () => {
  fc.assert(
    fc.property(struct, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (fields, at) => {
      const bytes = encodeThrift(fields);
      expect(() => decodeThrift(bytes.subarray(0, Math.floor(at * bytes.length)))).toThrow(RangeError);
    }),
  );
});

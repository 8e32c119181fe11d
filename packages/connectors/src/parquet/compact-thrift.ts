/**
 * Values of Thrift's compact protocol, which is what the footers of Parquet files are written in: any structure is
 * read and written back with all that it holds, also fields that this code knows nothing of.
 *
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */

/** Types as the protocol numbers them; a boolean has one for each value. */
export const THRIFT = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  struct: 12,
} as const;

/** Integers of any size are `bigint`; doubles stay the eight bytes that they are. */
export type ThriftValue = boolean | bigint | Uint8Array | ThriftList | ThriftStruct;

export interface ThriftList {
  readonly type: number;
  readonly items: readonly ThriftValue[];
}

export interface ThriftField {
  readonly type: number;
  readonly value: ThriftValue;
}

/** Fields by their number. */
export type ThriftStruct = Map<number, ThriftField>;

/**
 * Reads a structure from the start of some bytes.
 *
 * @throws RangeError when they end before it does
 * @throws TypeError for a type that no Parquet footer has
 */
export function decodeThrift(bytes: Uint8Array): ThriftStruct {
  return new Decoder(bytes).struct();
}

/** Writes a structure; what was read is written with the same meaning. */
export function encodeThrift(value: ThriftStruct): Uint8Array {
  const encoder = new Encoder();
  encoder.struct(value);
  return encoder.bytes();
}

class Decoder {
  private at = 0;

  constructor(private readonly source: Uint8Array) {}

  struct(): ThriftStruct {
    const fields: ThriftStruct = new Map();
    let id = 0;
    for (let header = this.byte(); header !== 0; header = this.byte()) {
      const type = header & 0x0f;
      const step = header >> 4;
      id = step === 0 ? Number(this.zigzag()) : id + step;
      const isBoolean = type === THRIFT.true || type === THRIFT.false;
      fields.set(id, { type, value: isBoolean ? type === THRIFT.true : this.value(type) });
    }
    return fields;
  }

  private value(type: number): ThriftValue {
    switch (type) {
      case THRIFT.true:
      case THRIFT.false:
        return this.byte() === THRIFT.true;
      case THRIFT.byte:
        return BigInt.asIntN(8, BigInt(this.byte()));
      case THRIFT.i16:
      case THRIFT.i32:
      case THRIFT.i64:
        return this.zigzag();
      case THRIFT.double:
        return this.take(8);
      case THRIFT.binary:
        return this.take(Number(this.varint()));
      case THRIFT.list:
      case THRIFT.set:
        return this.list();
      case THRIFT.struct:
        return this.struct();
      default:
        throw new TypeError(`no Parquet footer holds Thrift's type ${type}`);
    }
  }

  private list(): ThriftList {
    const header = this.byte();
    const type = header & 0x0f;
    const length = header >> 4 === 0x0f ? Number(this.varint()) : header >> 4;
    const items: ThriftValue[] = [];
    for (let index = 0; index < length; index += 1) items.push(this.value(type));
    return { type, items };
  }

  private zigzag(): bigint {
    const value = this.varint();
    return (value >> 1n) ^ -(value & 1n);
  }

  private varint(): bigint {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  private byte(): number {
    return this.take(1)[0] as number;
  }

  private take(length: number): Uint8Array {
    if (this.at + length > this.source.length)
      throw new RangeError(`the structure goes on after its ${this.source.length} bytes`);
    this.at += length;
    return this.source.subarray(this.at - length, this.at);
  }
}

class Encoder {
  private buffer = Buffer.alloc(4096);
  private length = 0;

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.length);
  }

  struct(fields: ThriftStruct): void {
    let last = 0;
    for (const [id, { type, value }] of fields) {
      const wire = typeof value === "boolean" ? booleanType(value) : type;
      const step = id - last;
      if (step >= 1 && step <= 15) this.byte((step << 4) | wire);
      else {
        this.byte(wire);
        this.zigzag(BigInt(id));
      }
      last = id;
      if (typeof value !== "boolean") this.value(type, value);
    }
    this.byte(0);
  }

  private value(type: number, value: ThriftValue): void {
    if (typeof value === "boolean") this.byte(booleanType(value));
    else if (typeof value === "bigint") {
      if (type === THRIFT.byte) this.byte(Number(BigInt.asUintN(8, value)));
      else this.zigzag(value);
    } else if (value instanceof Uint8Array) {
      if (type === THRIFT.binary) this.varint(BigInt(value.length));
      this.append(value);
    } else if (value instanceof Map) this.struct(value);
    else this.list(value);
  }

  private list({ type, items }: ThriftList): void {
    if (items.length < 15) this.byte((items.length << 4) | type);
    else {
      this.byte(0xf0 | type);
      this.varint(BigInt(items.length));
    }
    for (const item of items) this.value(type, item);
  }

  private zigzag(value: bigint): void {
    this.varint(value < 0n ? (-value << 1n) - 1n : value << 1n);
  }

  private varint(value: bigint): void {
    let left = value;
    for (; left > 0x7fn; left >>= 7n) this.byte(Number(left & 0x7fn) | 0x80);
    this.byte(Number(left));
  }

  private byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length] = value;
    this.length += 1;
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.buffer.set(bytes, this.length);
    this.length += bytes.length;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const larger = Buffer.alloc(2 * (this.length + more));
    larger.set(this.buffer);
    this.buffer = larger;
  }
}

function booleanType(value: boolean): number {
  return value ? THRIFT.true : THRIFT.false;
}

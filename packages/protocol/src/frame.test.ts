import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DativoError } from "./error.js";
import { encodeFrame, FRAME, type Frame, type FrameInput, frameName } from "./frame.js";
import { FrameDecoder } from "./frame-decoder.js";

const frames: fc.Arbitrary<FrameInput> = fc.oneof(
  fc.record({
    type: fc.constant(FRAME.batch),
    header: fc.record({
      id: fc.nat(),
      sequence: fc.nat(),
      object: fc.string({ unit: "binary" }),
      form: fc.constantFrom("json" as const, "arrow-ipc" as const),
      recordCount: fc.nat(),
    }),
    payload: fc.uint8Array({ maxLength: 300 }),
  }),
  fc.record({
    type: fc.constant(FRAME.checkpoint),
    header: fc.record({
      id: fc.nat(),
      object: fc.string(),
      state: fc.jsonValue().map((value) => value as never),
    }),
  }),
  fc.record({ type: fc.constant(FRAME.cancel), header: fc.record({ id: fc.nat() }) }),
);

/** Cuts bytes at arbitrary places. */
function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

function code(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as DativoError).code;
  }
  return "nothing was thrown";
}

function decodeAll(chunks: readonly Uint8Array[]): Frame[] {
  const decoder = new FrameDecoder();
  const decoded = chunks.flatMap((chunk) => decoder.push(chunk));
  decoder.end();
  return decoded;
}

describe("frames", () => {
  test("come back as they were sent, wherever the stream is cut", () => {
    fc.assert(
      fc.property(
        fc.array(frames, { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 20 }),
        (sent, places) => {
          const stream = new Uint8Array(Buffer.concat(sent.map((frame) => encodeFrame(frame))));
          const expected = sent.map(({ type, header, payload = new Uint8Array(0) }) => ({
            type,
            header: JSON.parse(JSON.stringify(header)),
            payload: Buffer.from(payload),
          }));
          const got = decodeAll(cut(stream, places)).map((frame) => ({
            ...frame,
            payload: Buffer.from(frame.payload),
          }));
          expect(got).toEqual(expected);
        },
      ),
    );
  });

  test("come back one byte at a time", () => {
    const stream = encodeFrame({ type: FRAME.cancel, header: { id: 7 } });
    expect(decodeAll(Array.from(stream, (byte) => new Uint8Array([byte])))).toEqual([
      { type: FRAME.cancel, header: { id: 7 }, payload: new Uint8Array(0) },
    ]);
  });

  test("a stream cut short is an unexpected end, unless between frames", () => {
    const frame = encodeFrame({ type: FRAME.cancel, header: { id: 7 } });
    for (let length = 0; length <= frame.length; length += 1) {
      const decoder = new FrameDecoder();
      decoder.push(frame.slice(0, length));
      const whole = length === 0 || length === frame.length;
      expect(code(() => decoder.end())).toBe(whole ? "nothing was thrown" : "UNEXPECTED_END");
    }
  });

  test("layout is u32 length, u8 type, u32 header length, header, payload", () => {
    const bytes = encodeFrame({
      type: FRAME.batch,
      header: { id: 1, sequence: 0, object: "o", form: "json", recordCount: 0 },
      payload: new Uint8Array([91, 93]),
    });
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(0, true)).toBe(bytes.length - 4);
    expect(view.getUint8(4)).toBe(1);
    expect(new TextDecoder().decode(bytes.subarray(9, 9 + view.getUint32(5, true)))).toBe(
      '{"id":1,"sequence":0,"object":"o","form":"json","recordCount":0}',
    );
    expect([...bytes.subarray(-2)]).toEqual([91, 93]);
  });

  test("a frame beyond the limit is refused on both sides, before its body is there", () => {
    const frame: FrameInput = { type: FRAME.log, header: { level: "info", message: "x".repeat(100) } };
    expect(code(() => encodeFrame(frame, { maxFrameBytes: 100 }))).toBe("ABI_VIOLATION");
    const bytes = encodeFrame(frame);
    expect(code(() => new FrameDecoder({ maxFrameBytes: 100 }).push(bytes.subarray(0, 4)))).toBe(
      "ABI_VIOLATION",
    );
    expect(new FrameDecoder({ maxFrameBytes: bytes.length - 4 }).push(bytes)).toHaveLength(1);
    expect(code(() => new FrameDecoder().push(new Uint8Array([1, 0, 0, 16])))).toBe("ABI_VIOLATION");
  });

  test("text on the stream is shown in the message", () => {
    expect(() => new FrameDecoder().push(new TextEncoder().encode("Segmentation fault"))).toThrow('"Segm"');
  });

  test("a wrong header is named", () => {
    const bytes = encodeFrame({ type: FRAME.cancel, header: { id: "1" as never } });
    expect(() => new FrameDecoder().push(bytes)).toThrow(/cancel frame has the wrong shape.*id/s);
  });

  test("members that this version does not know are kept", () => {
    const header = { id: 1, later: true };
    expect(new FrameDecoder().push(encodeFrame({ type: FRAME.cancel, header }))[0]?.header).toEqual(header);
  });

  test("after an error every call throws it again", () => {
    const decoder = new FrameDecoder();
    expect(code(() => decoder.push(new Uint8Array([0, 0, 0, 0])))).toBe("ABI_VIOLATION");
    expect(code(() => decoder.push(encodeFrame({ type: FRAME.cancel, header: { id: 1 } })))).toBe(
      "ABI_VIOLATION",
    );
    expect(code(() => decoder.end())).toBe("ABI_VIOLATION");
  });

  test("logs and errors carry what JSON cannot, other headers refuse it", () => {
    const self: Record<string, unknown> = { id: 1n };
    self.self = self;
    const error = new DativoError({ code: "INTERNAL", message: "no", details: self }).toJSON();
    for (const frame of [
      { type: FRAME.log, header: { level: "info", message: "m", fields: self } } as const,
      { type: FRAME.error, header: { error: { ...error, details: self } } } as const,
    ])
      expect(JSON.stringify(new FrameDecoder().push(encodeFrame(frame))[0]?.header)).toContain('"id":"1"');
    expect(code(() => encodeFrame({ type: FRAME.result, header: { id: 1, value: self } }))).toBe(
      "ABI_VIOLATION",
    );
  });

  test("names of types", () => {
    expect(Object.values(FRAME).map(frameName)).toEqual(Object.keys(FRAME));
    expect(frameName(9)).toBeUndefined();
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeTexts } from "./text-buffer.js";

it("encodes texts the same way whether joined or one by one", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "binary" })), fc.constantFrom(0, 5, 1000), (texts, limit) => {
      const { offsets, values } = encodeTexts(texts, texts.length, limit);
      expect(Buffer.from(values).toString()).toBe(texts.join(""));
      texts.forEach((text, index) => {
        expect(Buffer.from(values.subarray(offsets[index], offsets[index + 1])).toString()).toBe(text);
      });
    }),
  );
});

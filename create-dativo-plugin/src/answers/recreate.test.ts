import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { quoted } from "./recreate.js";

it("words reach a POSIX shell's command as they are", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1, maxLength: 30 }),
      (texts) => {
        const words = texts.map((text) => text.replace(/[\0\r\n]/g, "_"));
        const script = `printf '%s\\n' ${words.map(quoted).join(" ")}`;
        expect(execFileSync("sh", ["-c", script], { encoding: "utf8" })).toBe(`${words.join("\n")}\n`);
      },
    ),
    { numRuns: 30 },
  );
});

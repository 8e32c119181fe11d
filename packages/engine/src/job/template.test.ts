import fc from "fast-check";
import { expect, it } from "vitest";
import { escapeTemplate, parseTemplate, type TemplatePart } from "./template.js";

const name = fc
  .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/)
  .filter((text) => text !== "secret" && text !== "file");
const literal = fc.string({ unit: fc.constantFrom("a", "{", "}", "$", "\\", ":", "-", " ", "é", "\n") });

/** Fills in a template's parts from a table, as a job does. */
function fill(parts: readonly TemplatePart[], values: Readonly<Record<string, string>>): string {
  return parts
    .map((part) => {
      if (typeof part === "string") return part;
      const value = Object.hasOwn(values, part.name) ? values[part.name] : undefined;
      if (value !== undefined && (value !== "" || part.fallback === undefined)) return value;
      return fill(part.fallback ?? [], values);
    })
    .join("");
}

it("gives back any text that was escaped, and no references", () => {
  fc.assert(
    fc.property(literal, (text) => {
      const parts = parseTemplate(escapeTemplate(text));
      expect(parts.join("")).toBe(text);
      expect(parts.every((part) => typeof part === "string")).toBe(true);
    }),
  );
});

it("fills in references between literals, whatever their values hold", () => {
  const piece = fc.oneof(
    literal.map((text) => ({
      written: escapeTemplate(text),
      filled: text,
      values: {} as Record<string, string>,
    })),
    fc.tuple(name, literal).map(([variable, value]) => ({
      written: `\${${variable}}`,
      filled: value,
      values: { [variable]: value },
    })),
    fc.tuple(name, literal).map(([variable, fallback]) => {
      // Inside a fallback } ends it, so a literal one cannot stand there.
      const text = fallback.replaceAll("}", "");
      return { written: `\${unset_${variable}:-${escapeTemplate(text)}}`, filled: text, values: {} };
    }),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const values: Record<string, string> = {};
      for (const [variable, value] of pieces.flatMap((each) => Object.entries(each.values)))
        values[variable] ??= value;
      fc.pre(
        pieces.every((each) =>
          Object.entries(each.values).every(([variable, value]) => values[variable] === value),
        ),
      );
      // A $ at the end of one piece would turn the ${ of the next into an escape.
      fc.pre(pieces.every((each) => !each.written.endsWith("$")));
      expect(fill(parseTemplate(pieces.map((each) => each.written).join("")), values)).toBe(
        pieces.map((each) => each.filled).join(""),
      );
    }),
  );
});

it("never does anything but parse or refuse", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("$", "{", "}", ":", "-", "A", "secret:", "file:", " ") }),
      (text) => {
        try {
          parseTemplate(text);
        } catch (error) {
          expect((error as Error).name).toBe("Error");
          expect(error).toHaveProperty("opening");
        }
      },
    ),
  );
});

it("tells the three kinds of references apart", () => {
  expect(parseTemplate("${A}${secret:a.b-c}${file:/run/x y}${file:C:\\k:-d}")).toMatchObject([
    { kind: "variable", name: "A" },
    { kind: "secret", name: "a.b-c" },
    { kind: "file", name: "/run/x y" },
    { kind: "file", name: "C:\\k", fallback: ["d"] },
  ]);
});

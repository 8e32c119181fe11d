import { expect, test } from "vitest";
import { ERROR_CATALOGUE } from "./error-catalogue.js";

test.each(Object.entries(ERROR_CATALOGUE))(
  "%s says what it means and what to do, in sentences",
  (code, entry) => {
    expect(code).toMatch(/^[A-Z][A-Z_]*[A-Z]$/);
    expect(entry.type).toMatch(/^[A-Z][A-Za-z]*Error$/);
    for (const text of [entry.summary, entry.hint]) expect(text).toMatch(/^\S.*[^\s]$/);
    expect(entry.summary).toMatch(/\.$/);
  },
);

import { describe, expect, it } from "vitest";
import type { Failure } from "../failure.js";
import { parseCommandLine } from "./parse-command-line.js";

function failure(words: readonly string[]): Failure {
  try {
    parseCommandLine(words);
  } catch (error) {
    return error as Failure;
  }
  throw new Error(`${words.join(" ")} was understood`);
}

describe("a command line", () => {
  it("names a folder and options, with a stray -- anywhere", () => {
    expect(parseCommandLine(["--", "acme", "--lang=ts", "--no-git", "--", "-y", "--kind", "writer"])).toEqual(
      {
        command: "create",
        arguments: ["acme"],
        flags: { lang: "ts", git: false, yes: true, kind: "writer" },
      },
    );
  });

  it("names a command", () => {
    expect(parseCommandLine(["add", "object", "orders"])).toMatchObject({
      command: "add object",
      arguments: ["orders"],
    });
    expect(parseCommandLine(["upgrade", "--dry-run"]).command).toBe("upgrade");
  });

  it.each([
    [["--lnag", "ts"], "--lang"],
    [["--no-gti"], "--no-git"],
    [["a", "b"], "one argument too many"],
    [["--lang"], "needs a value"],
    [["--yes=no"], "takes no value"],
    [["--install=false"], "takes no value"],
    [["--lang", "ts", "--lang", "rust"], "given twice"],
    [["add", "objekt"], "add object"],
    [["add", "object"], "needs <name>"],
    [["upgrade", "--lang", "ts"], "no option --lang"],
    [["--no-yes"], "no option --no-yes"],
  ])("%j is refused", (words, text) => {
    const { message, hint, exitCode } = failure(words);
    expect(`${message} ${hint}`).toContain(text);
    expect(exitCode).toBe(2);
  });
});

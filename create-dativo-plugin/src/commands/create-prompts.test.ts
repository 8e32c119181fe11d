import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { emptyFolder, treeOf } from "../testing/command.js";
import { converse, KEYS, NO_TERMINAL, type Turn } from "../testing/pseudo-terminal.js";

const DIRECTORY = "Where should it be?";
const KIND = "What does the plugin do?";
const LANGUAGE = "In which language?";
const AUTH = "How is the API signed in to?";
const OBJECTS = "Which objects";
const INSTALL = "Install the dependencies";
const IN_USE = "What about files";

describe.skipIf(NO_TERMINAL !== undefined)(
  `prompts${NO_TERMINAL === undefined ? "" : ` (${NO_TERMINAL})`}`,
  () => {
    it("ask for everything, and make what was chosen", async () => {
      const cwd = emptyFolder();
      const turns: Turn[] = [
        [DIRECTORY, `zebra${KEYS.enter}`],
        [KIND, KEYS.down],
        ["● Writer", KEYS.enter],
        [LANGUAGE, KEYS.enter],
        [AUTH, KEYS.down],
        ["● API key", KEYS.enter],
        [OBJECTS, `gnus, okapis${KEYS.enter}`],
        [INSTALL, "n"],
      ];
      const { code, screen } = await converse(cwd, ["--no-git"], turns);
      expect(code, screen).toBe(0);
      expect(screen).toContain(
        'zebra -- --lang ts --kind writer --name zebra --description "Writes records to the Zebra API." --auth api-key --objects gnus,okapis --modes append',
      );
      expect(treeOf(cwd)["zebra/job.yaml"]).toContain("object: okapis");
    });

    it("leave out what flags said", async () => {
      const cwd = emptyFolder();
      const flags = [
        "acme",
        "--kind",
        "reader",
        "--lang",
        "python",
        "--auth",
        "none",
        "--objects",
        "gnus",
        "--no-install",
        "--no-git",
      ];
      const { code, screen } = await converse(cwd, flags, []);
      expect(code, screen).toBe(0);
      expect(screen).not.toContain("?");
      expect(Object.keys(treeOf(cwd))).toContain("acme/src/acme/objects/gnus.py");
    });

    it("say what is wrong with an answer, and ask again", async () => {
      const cwd = emptyFolder();
      const flags = [
        "acme",
        "--kind",
        "reader",
        "--lang",
        "ts",
        "--auth",
        "none",
        "--no-install",
        "--no-git",
      ];
      const { code, screen } = await converse(cwd, flags, [
        [OBJECTS, `Line-Items${KEYS.enter}`],
        ["Try line_items", `${"\u007f".repeat(10)}gnus${KEYS.enter}`],
      ]);
      expect(code, screen).toBe(0);
      expect(Object.keys(treeOf(cwd))).toContain("acme/src/objects/gnus.ts");
    });

    it.each([
      ["the first question", [[DIRECTORY, KEYS.ctrlC]]],
      [
        "a later one",
        [
          [DIRECTORY, KEYS.enter],
          [KIND, KEYS.enter],
          [LANGUAGE, KEYS.ctrlC],
        ],
      ],
      [
        "the last one",
        [
          [DIRECTORY, KEYS.enter],
          [KIND, KEYS.enter],
          [LANGUAGE, KEYS.enter],
          [AUTH, KEYS.enter],
          [OBJECTS, KEYS.enter],
          [INSTALL, KEYS.ctrlC],
        ],
      ],
    ] as [string, Turn[]][])("end with 130 at Ctrl-C at %s", async (_name, turns) => {
      const cwd = emptyFolder();
      const { code, screen } = await converse(cwd, [], turns);
      expect(code, screen).toBe(130);
      expect(screen).toContain("Cancelled. Nothing was written.");
      expect(treeOf(cwd)).toEqual({});
    });

    it("end when the input is closed", async () => {
      const cwd = emptyFolder();
      const { code, screen } = await converse(cwd, [], [[DIRECTORY, KEYS.ctrlD]]);
      expect(code, screen).toBe(130);
      expect(screen).toContain("Nothing was written.");
      expect(treeOf(cwd)).toEqual({});
    });

    it("show a folder that is in use before anything else", async () => {
      const cwd = emptyFolder();
      writeFileSync(join(cwd, "job.yaml"), "name: mine\n");
      const left = await converse(cwd, ["."].concat("--name", "acme"), [[IN_USE, KEYS.enter]]);
      expect(left.code, left.screen).toBe(130);
      expect(treeOf(cwd)).toEqual({ "job.yaml": "name: mine\n" });

      const flags = [
        ".",
        "--name",
        "acme",
        "--kind",
        "reader",
        "--lang",
        "ts",
        "--auth",
        "none",
        "--objects",
        "gnus",
        "--no-install",
        "--no-git",
      ];
      const kept = await converse(cwd, flags, [
        [IN_USE, KEYS.down],
        ["● Keep them", KEYS.enter],
      ]);
      expect(kept.code, kept.screen).toBe(0);
      expect(treeOf(cwd)).toMatchObject({ "job.yaml": "name: mine\n", "package.json": expect.any(String) });
    });

    it("are not shown to whoever only wants the defaults", async () => {
      const cwd = emptyFolder();
      const { code, screen } = await converse(cwd, ["acme", "--yes", "--no-install", "--no-git"], []);
      expect(code, screen).toBe(0);
    });
  },
);

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { AUTHS, type Auth, type Kind } from "../answers/choices.js";
import { withDefaults } from "../answers/defaults.js";
import { emptyFolder } from "../testing/command.js";
import { render } from "./render.js";
import type { TemplateBundle } from "./template-bundle.js";

const bundle: TemplateBundle = JSON.parse(
  readFileSync(new URL("../../dist/templates.json", import.meta.url), "utf8"),
);
const biome = join(
  dirname(createRequire(import.meta.url).resolve("@biomejs/biome/package.json")),
  "bin",
  "biome",
);

/** Names as short and as long as they may be, in an order that is not that of the alphabet. */
const NAMES = [
  { name: "a", objects: ["b"], description: "A" },
  {
    name: `z${"a-".repeat(19)}b`,
    objects: [`z${"y".repeat(29)}`, `a${"_b".repeat(14)}`, "c", `m${"n_".repeat(14)}o`],
    description: `Reads "quoted" text, a \\ and ${"x".repeat(52)}.`,
  },
];

it.each(
  NAMES.flatMap((names) =>
    (["reader", "writer"] as const).flatMap((kind) =>
      Object.keys(AUTHS).map((auth) => ({ ...names, kind: kind as Kind, auth: auth as Auth })),
    ),
  ),
)(
  "a $kind in TypeScript that signs in by $auth, called $name, is laid out as its linter wants it",
  (names) => {
    const folder = emptyFolder();
    const answers = withDefaults({ ...names, lang: "ts", modes: ["append", "replace", "merge"] });
    for (const [path, text] of render(bundle, answers)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    expect(() =>
      execFileSync(process.execPath, [biome, "check", "--error-on-warnings", "."], {
        cwd: folder,
        stdio: "pipe",
      }),
    ).not.toThrow();
  },
);

import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import type { Answers } from "../answers/answers.js";
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

const COMBINATIONS = NAMES.flatMap((names) =>
  (["reader", "writer"] as const).flatMap((kind) =>
    Object.keys(AUTHS).map((auth) => ({ ...names, kind: kind as Kind, auth: auth as Auth })),
  ),
);

/** Writes a project into a new folder. */
function project(answers: Answers): string {
  const folder = emptyFolder();
  for (const [path, text] of render(bundle, answers)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

it.each(COMBINATIONS)(
  "a $kind in TypeScript that signs in by $auth, called $name, pleases its linter",
  (names) => {
    const cwd = project(withDefaults({ ...names, lang: "ts", modes: ["append", "replace", "merge"] }));
    const words = [biome, "check", "--error-on-warnings", "."];
    expect(() => execFileSync(process.execPath, words, { cwd, stdio: "pipe" })).not.toThrow();
  },
);

const NO_RUSTFMT = spawnSync("rustfmt", ["--version"]).status === 0 ? undefined : "needs rustfmt";

it.skipIf(NO_RUSTFMT !== undefined).each(COMBINATIONS)(
  `a $kind in Rust that signs in by $auth, called $name, pleases its formatter${NO_RUSTFMT === undefined ? "" : ` (${NO_RUSTFMT})`}`,
  (names) => {
    const cwd = project(withDefaults({ ...names, lang: "rust", modes: ["append", "replace", "merge"] }));
    const words = ["--check", "--edition", "2024", "src/lib.rs", `tests/${names.kind}.rs`];
    expect(() => execFileSync("rustfmt", words, { cwd, stdio: "pipe" })).not.toThrow();
  },
);

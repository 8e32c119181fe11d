import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { AUTHS, type Auth, KINDS, LICENSES, type License } from "../answers/choices.js";
import { withDefaults } from "../answers/defaults.js";
import { treeOf } from "../testing/command.js";
import { type TemplateManifest, withoutRegionComments } from "./compile-template.js";
import { render } from "./render.js";
import type { TemplateBundle } from "./template-bundle.js";

const TEMPLATES = fileURLToPath(new URL("../../../templates", import.meta.url));
const bundle: TemplateBundle = JSON.parse(
  readFileSync(new URL("../../dist/templates.json", import.meta.url), "utf8"),
);
const names = Object.keys(bundle.templates);

/** What templates share, byte for byte. */
const SHARED = [
  ["LICENSE", names],
  [".gitattributes", names],
  ...[
    "mock/auth.mjs",
    ...["none", "api-key", "basic", "oauth2"].map((auth) => `variants/auth-${auth}/mock/auth.mjs`),
  ].map((path) => [path, names] as const),
  ["mock/api.mjs", names.filter((name) => name.endsWith("reader"))],
  ["mock/api.mjs", names.filter((name) => name.endsWith("writer"))],
  ["mock/fixtures/users.json", names],
  [".github/workflows/upgrade.yml", names],
] as const;

it("there is a template for every folder", () => {
  expect(names).toEqual(
    readdirSync(TEMPLATES)
      .filter((name) => !name.startsWith("."))
      .sort(),
  );
});

describe.each(names)("%s", (template) => {
  const [lang = "", kind = ""] = template.split("-");
  const manifest: TemplateManifest = JSON.parse(
    readFileSync(join(TEMPLATES, template, "template.json"), "utf8"),
  );
  const standing = JSON.parse(readFileSync(join(TEMPLATES, template, "package.json"), "utf8"));

  it("gives, with the answers it is written for, the project that runs in this repository", () => {
    const answers = withDefaults({
      name: standing.name,
      description: standing.description,
      lang: lang as "ts",
      kind: kind as "reader",
    });
    const files = render(bundle, answers);
    const differing = Object.fromEntries(
      [...files].flatMap(([path, text]) => {
        const { [path]: replaced = {} } = manifest.replaceIn ?? {};
        const source = readFileSync(join(TEMPLATES, template, path), "utf8");
        let expected = withoutRegionComments(source);
        for (const [standsFor, handlebars] of Object.entries(replaced))
          if (!handlebars.includes("{{")) expected = expected.replaceAll(standsFor, handlebars);
        const same = path === "README.md" || collapsed(text) === collapsed(expected);
        return same ? [] : [[path, text]];
      }),
    );
    expect(differing).toEqual({});
  });

  const combinations = Object.keys(AUTHS).flatMap((auth) =>
    Object.keys(LICENSES).map((license) => ({ auth: auth as Auth, license: license as License })),
  );

  it.each(combinations)("leaves nothing of its own names behind: $auth, $license", ({ auth, license }) => {
    const answers = withDefaults({
      name: "zebra-feed",
      lang: lang as "ts",
      kind: kind as "reader",
      objects: ["gnus", "okapi_herds"],
      auth,
      license,
    });
    const files = render(bundle, answers);
    for (const [path, text] of files) {
      expect(`${path}\n${text}`).not.toMatch(/acme|\{\{[#/]|\[object Object|variants/i);
      // Only the one e-mail address of GitHub's bot has the word.
      expect(text.replaceAll("@users.noreply", "")).not.toMatch(/\busers\b/);
      expect(text.endsWith("\n"), path).toBe(true);
    }
    expect(files.has("LICENSE")).toBe(license !== "none");
    expect(files.get("package.json")).toContain(license === "none" ? "UNLICENSED" : license);
  });

  it("renders the same twice, and without workflows where none are wanted", () => {
    const answers = withDefaults({ name: "zebra", lang: lang as "ts", kind: kind as "reader", ci: false });
    expect([...render(bundle, answers)]).toEqual([...render(bundle, answers)]);
    expect([...render(bundle, answers).keys()].filter((path) => path.startsWith(".github"))).toEqual([]);
  });
});

it.each(SHARED)("%s is the same in every template that has it", (path, templates) => {
  const texts = new Set(templates.map((name) => readFileSync(join(TEMPLATES, name, path), "utf8")));
  expect(texts.size).toBe(1);
});

it("kinds have templates in the same languages", () => {
  for (const kind of Object.keys(KINDS))
    expect(names.filter((name) => name.endsWith(kind)).length).toBe(names.length / 2);
  expect(Object.keys(treeOf(join(TEMPLATES, "ts-reader", "mock")))).toContain("api.mjs");
});

/** Linters want blank lines where a region's comment is; they are no difference. */
function collapsed(text: string): string {
  return text.replace(/\n\n+/g, "\n");
}

// Rules about the repository itself that no linter knows.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./step.mjs";

const problems = [];
const text = (path) => readFileSync(join(ROOT, path), "utf8");
const json = (path) => JSON.parse(text(path));
const exists = (path) => {
  try {
    readFileSync(join(ROOT, path));
    return true;
  } catch (error) {
    return error.code === "EISDIR";
  }
};

const workspaces = Object.entries(json("package-lock.json").packages)
  .filter(([folder]) => folder !== "" && !folder.includes("node_modules"))
  .map(([folder]) => ({ folder, manifest: json(join(folder, "package.json")) }));

for (const { folder, manifest } of workspaces) {
  if (!exists(join(folder, "turbo.json"))) problems.push(`${folder}: no turbo.json with the tag of its room`);
  if (manifest.private) continue;
  for (const key of ["description", "license", "exports", "files", "engines"])
    if (manifest[key] === undefined) problems.push(`${folder}/package.json: no "${key}"`);
  if (!exists(join(folder, "README.md"))) problems.push(`${folder}: no README.md`);
  const index = join(folder, "src", "index.ts");
  if (exists(index) && /export \* from/.test(text(index)))
    problems.push(`${index}: a wildcard export; list the names`);
}

for (const file of readdirSync(join(ROOT, ".changeset")).filter((name) => name.endsWith(".md"))) {
  const names = workspaces.map(({ manifest }) => manifest.name);
  for (const [, name] of text(join(".changeset", file)).matchAll(/^"([^"]+)":/gm))
    if (!names.includes(name)) problems.push(`.changeset/${file}: no package is called ${name}`);
}

if (/"resolved":\s*"https?:/.test(text("package-lock.json")))
  problems.push(
    "package-lock.json: holds addresses of a registry; run npm install --omit-lockfile-registry-resolved",
  );

// Links between documents must lead somewhere.
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "docs"), { recursive: true })
    .filter((name) => name.endsWith(".md") && !name.includes("node_modules"))
    .map((name) => join("docs", name)),
];
for (const document of documents)
  for (const [, target] of text(document).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g))
    if (!exists(join(document, "..", target))) problems.push(`${document}: ${target} does not exist`);

for (const problem of problems) console.error(`✖ ${problem}`);
if (problems.length === 0)
  console.log(`  ${workspaces.length} workspaces, ${documents.length} documents, nothing to mend`);
process.exit(problems.length === 0 ? 0 : 1);

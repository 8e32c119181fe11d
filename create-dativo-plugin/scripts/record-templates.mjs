import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { compileTemplates } from "./compile-templates.mjs";

// Part of a release: keeps the templates of the version that is released, so that later versions can tell what a project's
// owner changed. A released version's templates never change.

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
const folder = new URL("../history/", import.meta.url);
mkdirSync(folder, { recursive: true });
writeFileSync(new URL(`${version}.json`, folder), `${JSON.stringify(await compileTemplates(version))}\n`, {
  flag: "wx",
});
console.log(`history/${version}.json`);

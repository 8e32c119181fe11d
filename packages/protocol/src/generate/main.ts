import { fileURLToPath } from "node:url";
import { fixtureArtifacts } from "./fixture-artifacts.js";
import { staleFiles, writeFiles } from "./generated-files.js";
import { schemaArtifacts } from "./schema-artifacts.js";

const packageRoot = fileURLToPath(new URL("../../", import.meta.url));
const artifacts = [...schemaArtifacts(), ...fixtureArtifacts()];

if (process.argv.includes("--check")) {
  const stale = await staleFiles(packageRoot, artifacts);
  for (const path of stale) console.error(`stale: packages/protocol/${path}`);
  if (stale.length > 0) {
    console.error("Run npm run generate, and commit what it wrote.");
    process.exitCode = 1;
  }
} else {
  await writeFiles(packageRoot, artifacts);
  console.log(`${artifacts.length} files written.`);
}

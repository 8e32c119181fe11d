import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { referencePage } from "../dist/index.js";

// Writes the reference page of the command line from the command table; --check fails when it is stale.

const file = fileURLToPath(new URL("../../../docs/reference/cli.md", import.meta.url));
const wanted = referencePage();
if (process.argv.includes("--check")) {
  const present = await readFile(file, "utf8").catch(() => "");
  if (present !== wanted) {
    console.error("docs/reference/cli.md is stale; run npm run generate");
    process.exit(1);
  }
} else {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, wanted);
}

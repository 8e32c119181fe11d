// npm run ok: the one gate. Lint, import directions, generated files, types, tests.
import { lintRust } from "./rust.mjs";
import { prepare, step } from "./step.mjs";

prepare();
step("lint", "biome", ["check", "--error-on-warnings", "."]);
lintRust();
step("import directions", "turbo", ["boundaries"]);
step("generated files are fresh", "turbo", ["run", "generate:check", "--output-logs=errors-only"]);
step("changesets and folders", "node", ["scripts/check-repository.mjs"]);
step("tests", "node", ["scripts/test.mjs"]);

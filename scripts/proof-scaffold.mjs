// npm run proof:scaffold [-- all | ts-reader,rust-writer-oauth2 …]: creates projects of every language, kind and way to
// sign in from packed packages, builds, lints and tests them, and moves records with them; takes half an hour.
import { prepare, step } from "./step.mjs";

const [wanted = "all"] = process.argv.slice(2);

prepare();
step("created projects", "vitest", ["run", "--root", "packages/e2e", "src/scaffold"], {
  env: { DATIVO_SCAFFOLD: wanted },
});

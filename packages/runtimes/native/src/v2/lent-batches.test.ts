import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compilePacker, lendColumns } from "@dativo/columnar";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { FIXTURES_OUT } from "../testing/fixture-libraries.js";
import { lendBatch, takeBack } from "./lent-batches.js";

/** What is published is bundled and minified: the command, and what runs inside functions. */
it.each([
  ["as it is", false],
  ["minified", true],
])("the memory of a lent batch stays until it is given back, %s", async (_name, minify) => {
  // Packages that are not bundled are looked for from where the program lies.
  const program = join(FIXTURES_OUT, `lend-and-collect${minify ? ".min" : ""}.mjs`);
  await build({
    entryPoints: [fileURLToPath(new URL("../testing/lend-and-collect.ts", import.meta.url))],
    outfile: program,
    bundle: true,
    external: ["@duckdb/node-bindings"],
    format: "esm",
    minify,
    platform: "node",
  });
  const printed = execFileSync(process.execPath, ["--expose-gc", program], { encoding: "utf8" });
  expect(JSON.parse(printed)).toEqual({ whileLent: false, givenBack: true });
});

it("memory that is used again is retained while it is lent, and not shared", () => {
  const { batch } = compilePacker({ fields: [{ name: "id", type: { kind: "integer" } }] }).pack([{ id: 1 }]);
  let given = 0;
  const lending = lendColumns(batch, () => {
    given += 1;
  });
  const array = lendBatch(lending, {
    shareArray: () => {
      throw new Error("shared");
    },
  } as never);
  lending.release();
  expect(given).toBe(0);
  takeBack(array);
  expect(given).toBe(1);
});

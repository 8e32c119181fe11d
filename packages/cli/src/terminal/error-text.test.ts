import { DativoError } from "@dativo/protocol";
import pc from "picocolors";
import { expect, it } from "vitest";
import { errorText } from "./error-text.js";

const plain = pc.createColors(false);

it("shows code, place, key, problem, hint and link", () => {
  const error = new DativoError({
    code: "CONFIG_UNSET_VARIABLE",
    message: "jobs/quakes.yaml:5:29 source.credentials.api_key: ${USGS_KEY} is not set and has no default.",
    hint: "Set it (export USGS_KEY=…), put it in .env, or write ${USGS_KEY:-value}.",
    details: {
      file: "jobs/quakes.yaml",
      line: 5,
      column: 29,
      key: "source.credentials.api_key",
      problem: "${USGS_KEY} is not set and has no default.",
    },
  });
  expect(errorText(error, plain, { debug: false })).toEqual([
    "✖ CONFIG_UNSET_VARIABLE  jobs/quakes.yaml:5:29  source.credentials.api_key",
    "  ${USGS_KEY} is not set and has no default.",
    "  Set it (export USGS_KEY=…), put it in .env, or write ${USGS_KEY:-value}.",
    "  docs/reference/errors.md#CONFIG_UNSET_VARIABLE",
  ]);
});

it("shows each of several issues with its own place", () => {
  const issues = [
    {
      code: "CONFIG_UNKNOWN_KEY",
      file: "job.yaml",
      line: 2,
      column: 3,
      key: "source.typ",
      problem: "Nothing reads this key.",
      hint: "Did you mean type?",
    },
    {
      code: "CONFIG_INVALID",
      file: "job.yaml",
      line: 4,
      column: 3,
      key: "target",
      problem: "Expected a mapping.",
      hint: "Write one.",
    },
  ];
  const text = errorText(
    new DativoError({ code: "CONFIG_UNKNOWN_KEY", message: "both", details: { issues } }),
    plain,
    { debug: false },
  ).join("\n");
  expect(text).toContain(
    "✖ CONFIG_UNKNOWN_KEY  job.yaml:2:3  source.typ\n  Nothing reads this key.\n  Did you mean type?\n",
  );
  expect(text).toContain("\n\n✖ CONFIG_INVALID  job.yaml:4:3  target\n");
});

it("shows stack, details and causes with debug only", () => {
  const error = new DativoError({
    code: "INTERNAL",
    message: "broken",
    details: { rows: 3n },
    cause: new TypeError("the root"),
  });
  expect(errorText(error, plain, { debug: false }).join("\n")).not.toContain("the root");
  const debug = errorText(error, plain, { debug: true }).join("\n");
  expect(debug).toContain("error-text.test.ts");
  expect(debug).toContain('details: {"rows":"3"}');
  expect(debug).toContain("caused by: TypeError: the root");
});

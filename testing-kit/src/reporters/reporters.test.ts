import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { XmlDocument, XmlValidateError, XsdValidator } from "libxml2-wasm";
import { expect, it } from "vitest";
import type { ContractReport } from "../run/report.js";
import { type Reporter, renderReport } from "./render.js";

const HOSTILE = 'a <b> & "c" \u0000 # \\ ]]>\nsecond line';
const check = { clause: "2.4", group: "incremental", title: "A title", seconds: 0.25 } as const;
const summary = { passed: 1, failed: 1, skipped: 1, not_applicable: 1 };
const report: ContractReport = {
  report_version: 1,
  kit: { version: "0.1.0", contract: 1, node: "v20.0.0", platform: "linux-x64" },
  seed: 7,
  tier: "offline",
  subjects: [
    {
      plugin: {
        name: "shop",
        kind: "reader",
        version: "1.0.0",
        api: 1,
        runtime: "node",
        reference: "shop.ts:default",
      },
      world: "mock.ts",
      checks: [
        { ...check, id: "R4.resume", status: "passed" },
        {
          ...check,
          id: "R4.ties",
          status: "failed",
          failure: {
            happened: HOSTILE,
            difference: "left\nright",
            advice: "Do this.",
            reproduce: "dativo-test contract",
          },
        },
        { ...check, id: "R4.late", status: "skipped", reason: "not yet (until 2099-01-01)" },
        { ...check, id: "R4.future", status: "not_applicable", reason: 'no "cursor" & <none>' },
      ],
      summary,
    },
  ],
  summary,
  seconds: 1.5,
};
const render = (reporter: Reporter) => renderReport(report, reporter, false);

/** Throws unless a text is JUnit XML. */
function mustBeJunit(xml: string): void {
  using schema = XmlDocument.fromBuffer(
    readFileSync(new URL("../../test-fixtures/junit.xsd", import.meta.url)),
  );
  using validator = XsdValidator.fromDoc(schema);
  using document = XmlDocument.fromString(xml);
  validator.validate(document);
}

it("writes JUnit XML that is valid, and keeps reasons", () => {
  const xml = render("junit");
  mustBeJunit(xml);
  expect(() => mustBeJunit(xml.replace('time="0.250"', 'time="a while"'))).toThrow(XmlValidateError);
  expect(() => mustBeJunit(xml.replaceAll("skipped message", "ignored message"))).toThrow(XmlValidateError);
  using document = XmlDocument.fromString(xml);
  const text = (path: string) => document.get(path)?.content;
  expect(text("//testsuite/@name")).toBe("shop (reader)");
  expect(["tests", "failures", "errors", "skipped"].map((name) => text(`//testsuite/@${name}`))).toEqual([
    "4",
    "1",
    "0",
    "2",
  ]);
  expect(text("//testcase[4]/skipped/@message")).toBe('no "cursor" & <none>');
  expect(text("//failure/@message")).toBe(HOSTILE.replace("\u0000", "\ufffd"));
});

it("writes JSON that fits its published schema", () => {
  const schema = JSON.parse(
    readFileSync(new URL("../../schemas/report.schema.json", import.meta.url), "utf8"),
  );
  const validate = new Ajv2020({ strict: true }).compile(schema);
  expect(validate(JSON.parse(render("json"))), JSON.stringify(validate.errors)).toBe(true);
  expect(validate({ ...report, report_version: 2 })).toBe(false);
  expect(validate({ ...report, summary: { ...summary, passed: -1 } })).toBe(false);
});

it("writes TAP with plan, directives and details", () => {
  const lines = render("tap").split("\n");
  expect(lines.slice(0, 4)).toEqual([
    "TAP version 14",
    "1..4",
    "ok 1 - shop R4.resume A title",
    "not ok 2 - shop R4.ties A title",
  ]);
  expect(lines).toContain("ok 3 - shop R4.late A title # SKIP not yet (until 2099-01-01)");
  expect(lines).toContain("    Reproduce: dativo-test contract");
});

it("writes one HTML file in which nothing of the report is markup", () => {
  const html = render("html");
  expect(html).toContain("a &lt;b&gt; &amp; &quot;c&quot;");
  expect(html).not.toContain("<b> &");
  expect(html).not.toMatch(/(src|href)=/);
});

it("shows people what failed, why something was skipped, and how to run it again", () => {
  const text = render("pretty");
  expect(text).toMatch(/✖ incremental +1 of 3 failed/);
  expect(text).toContain("- R4.late  A title\n    skipped: not yet (until 2099-01-01)");
  expect(text).toContain("      left\n      right\n\n  Do this.\n  Reproduce: dativo-test contract");
  expect(text).toContain("1 passed, 1 failed, 1 skipped, 1 not applicable   1.5 s");
});

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

it("writes well-formed JUnit XML that keeps reasons", () => {
  const xml = render("junit");
  expect(xml).toContain(
    '<testsuite name="shop (reader)" tests="4" failures="1" errors="0" skipped="2" time="1.000">',
  );
  expect(xml).toContain('<skipped message="no &quot;cursor&quot; &amp; &lt;none&gt;"/>');
  expect(xml).toContain('message="a &lt;b&gt; &amp; &quot;c&quot; \ufffd # \\ ]]&gt;&#10;second line"');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: XML must not hold any
  expect(xml).not.toMatch(/[\u0000-\u0008]/);
  const open: string[] = [];
  for (const [, end, name, , self] of xml.matchAll(/<(\/?)(\w+)((?:\s[\w-]+="[^"<]*")*)\s*(\/?)>/g)) {
    if (end === "/") expect(open.pop()).toBe(name);
    else if (self !== "/") open.push(name as string);
  }
  expect(open).toEqual([]);
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

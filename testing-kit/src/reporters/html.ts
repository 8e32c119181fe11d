import { findCheck } from "../checks/catalogue.js";
import { GROUPS } from "../checks/check.js";
import { CLAUSES, type ClauseId } from "../checks/clauses.js";
import type { CheckResult, ContractReport, SubjectReport } from "../run/report.js";

const MARKS = { passed: "✔", failed: "✖", skipped: "–", not_applicable: "·" } as const;

const STYLE = `
:root { color-scheme: light dark; --ink: #1d2129; --soft: #667085; --line: #e3e6eb; --page: #fff; --card: #f7f8fa; --good: #14804a; --bad: #c0262d; --odd: #9a6700; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8ec; --soft: #98a2b3; --line: #2b303b; --page: #14171d; --card: #1b1f27; --good: #4cc38a; --bad: #ff7b72; --odd: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 60rem; font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page); }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; } h3 { font-size: .8rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); margin: 1.5rem 0 .25rem; }
.facts { color: var(--soft); margin: 0 0 1rem; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0; }
.counts div { flex: 1 1 8rem; padding: .75rem 1rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
.counts b { display: block; font-size: 1.6rem; line-height: 1.2; }
.passed .mark, .counts .passed b { color: var(--good); } .failed > summary .mark, .counts .failed b, .failed > .mark { color: var(--bad); } .skipped .mark, .counts .skipped b { color: var(--odd); } .not_applicable { color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); padding: .4rem 0; }
summary { cursor: pointer; list-style: none; } summary::-webkit-details-marker { display: none; }
.mark { display: inline-block; width: 1.4em; font-weight: 700; } .id { display: inline-block; min-width: 14.5em; padding-right: .75em; font: .85em ui-monospace, monospace; }
.reason { display: block; padding-left: 1.6em; color: var(--soft); font-size: .9em; }
.detail { margin: .5rem 0 .75rem; padding: .75rem 1rem; border-left: 3px solid var(--line); background: var(--card); border-radius: 0 .5rem .5rem 0; } .failed > .detail { border-color: var(--bad); }
.detail p { margin: .25rem 0; white-space: pre-line; overflow-wrap: anywhere; } .detail p.clause { color: var(--soft); font-size: .9em; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: .75rem 1rem; margin: .5rem 0; border: 1px solid var(--line); border-radius: .5rem; background: var(--page); font: 13px/1.45 ui-monospace, monospace; }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
`;

/** A report as one HTML file that needs nothing else. */
export function htmlReport(report: ContractReport): string {
  const { summary, subjects, kit, seed, tier } = report;
  const title =
    summary.failed > 0 ? `${summary.failed} contract checks failed` : "All contract checks passed";
  const facts = [
    `kit ${kit.version}`,
    `contract ${kit.contract}`,
    `Node ${kit.node}`,
    kit.platform,
    `tier ${tier}`,
    `seed ${seed}`,
  ];
  const count = (name: keyof typeof summary, label: string) =>
    `<div class="${name}"><b>${summary[name]}</b>${label}</div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p class="facts">${escaped(facts.join(" · "))}</p>
<div class="counts">${count("passed", "passed")}${count("failed", "failed")}${count("skipped", "skipped")}${count("not_applicable", "not applicable")}</div>
${subjects.map(subjectPart).join("\n")}
</body>
</html>
`;
}

function subjectPart({ plugin, world, checks }: SubjectReport): string {
  const groups = GROUPS.map((group) => ({ group, own: checks.filter((check) => check.group === group) }));
  const parts = groups
    .filter(({ own }) => own.length > 0)
    .map(({ group, own }) => `<h3>${group}</h3>\n<ul>\n${own.map(checkItem).join("\n")}\n</ul>`);
  const facts = [`${plugin.kind}, ${plugin.runtime}`, plugin.reference, `version ${plugin.version}`, world];
  return `<section>
<h2>${escaped(plugin.name)}</h2>
<p class="facts">${escaped(facts.join(" · "))}</p>
${parts.join("\n")}
</section>`;
}

function checkItem(check: CheckResult): string {
  const { id, title, status, reason, failure, clause } = check;
  const head = `<span class="mark">${MARKS[status]}</span><span class="id">${escaped(id)}</span>${escaped(title)}`;
  if (failure === undefined)
    return `<li class="${status}">${head}${reason === undefined ? "" : `<span class="reason">${escaped(reason)}</span>`}</li>`;
  const parts = [
    `<p class="clause">contract ${escaped(clause)}: ${escaped(CLAUSES[clause as ClauseId] ?? "")}</p>`,
    `<p>${escaped(failure.happened)}</p>`,
    ...(failure.difference === undefined ? [] : [`<pre>${escaped(failure.difference)}</pre>`]),
    ...(failure.advice === undefined ? [] : [`<p>${escaped(failure.advice)}</p>`]),
    `<p class="clause">${escaped(findCheck(id)?.why ?? "")}</p>`,
    `<p><code>${escaped(failure.reproduce)}</code></p>`,
  ];
  return `<li><details class="${status}" open><summary>${head}</summary><div class="detail">${parts.join("\n")}</div></details></li>`;
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

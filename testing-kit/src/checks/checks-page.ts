import { MUTANTS } from "../mutants/bank.js";
import { CHECKS } from "./catalogue.js";
import type { Check, Need } from "./check.js";
import { CLAUSES, type ClauseId } from "./clauses.js";

const NEEDS: Readonly<Record<Need, string>> = {
  http: "the plugin talks to an HTTP API that the kit stands in for",
  incremental: "the reader says that it reads incrementally",
  native: "the plugin is a shared library",
};

/** The reference page of the checks, as Markdown. */
export function checksPage(): string {
  const clauses = (Object.keys(CLAUSES) as ClauseId[]).filter((clause) =>
    CHECKS.some((check) => check.clause === clause),
  );
  const parts = clauses.map(
    (clause) =>
      `## Contract ${clause}\n\n> ${CLAUSES[clause]}\n\n${CHECKS.filter((check) => check.clause === clause)
        .map(checkPart)
        .join("\n\n")}`,
  );
  return `<!-- Generated from testing-kit/src/checks by npm run generate; edits here are lost. -->

# Contract checks

What \`dativo-test contract\` finds out, by the clause of the plugin contract that each check is bound to. Ids are stable: \`R\` is for
readers, \`W\` for writers. \`dativo-test contract --explain <id>\` prints an entry, \`--list\` all of them.

Each check names plugins of the mutant bank that it is known to fail for; \`dativo-test self-test\` proves it.

${parts.join("\n\n")}
`;
}

function checkPart(check: Check): string {
  const { id, title, why, how, tier, kind, needs = [] } = check;
  const scope = [`${kind}s`, `tier ${tier}`, ...needs.map((need) => NEEDS[need])].join("; ");
  const kills = MUTANTS.filter(({ killedBy }) => killedBy === id).map(({ title: what }) => what);
  return `### ${id}\n\n**${title}.** ${why}\n\n- How: ${how}\n- Applies to: ${scope}\n- Fails for a plugin that: ${kills.join("; ")}`;
}

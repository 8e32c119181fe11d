import { CHECKS } from "../checks/catalogue.js";
import { CLAUSES } from "../checks/clauses.js";
import { MUTANTS } from "../mutants/bank.js";
import { knownById } from "./known-id.js";

/** The checks, one a line. */
export function listChecks(json: boolean): string {
  if (json)
    return JSON.stringify(
      CHECKS.map(({ id, kind, clause, group, tier, title, why, how }) => ({
        id,
        kind,
        clause,
        group,
        tier,
        title,
        why,
        how,
      })),
      null,
      2,
    );
  const width = Math.max(...CHECKS.map(({ id }) => id.length));
  return CHECKS.map(({ id, title, clause, tier }) => {
    const note = tier === "offline" ? "" : `, tier ${tier}`;
    return `${id.padEnd(width)}  ${title}  (contract ${clause}${note})`;
  }).join("\n");
}

/**
 * What a check is about.
 *
 * @throws DativoError `USAGE` when there is no such check
 */
export function explainCheck(id: string, json: boolean): string {
  const check = knownById(id, "check", CHECKS, "dativo-test contract --list");
  const { title, clause, why, how, tier, kind, needs = [] } = check;
  const kills = MUTANTS.filter(({ killedBy }) => killedBy === id).map(({ title: what }) => what);
  if (json)
    return JSON.stringify(
      { id, title, clause, contract: CLAUSES[clause], why, how, tier, kind, needs, kills },
      null,
      2,
    );
  return [
    `${id}  ${title}`,
    "",
    `Contract ${clause}  ${CLAUSES[clause]}`,
    "",
    `Why   ${why}`,
    `How   ${how}`,
    `For   ${kind}s${needs.length === 0 ? "" : ` (${needs.join(", ")})`}, tier ${tier}`,
    "",
    "It is known to fail for a plugin that",
    ...kills.map((what) => `  - ${what}`),
  ].join("\n");
}

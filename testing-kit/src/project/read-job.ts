import { type ReadJobOptions, type ResolvedJob, readJobFile } from "@dativo/engine";
import { DativoError, isDativoError } from "@dativo/protocol";
import { canaryFor } from "./canaries.js";

/** An address that nothing answers at; it is replaced by that of the mock API. */
const PLACEHOLDER_URL = "http://mock.invalid";

/** How often a job file is read before what it lacks is given up on. */
const MAX_ROUNDS = 20;

/**
 * Reads a job file as the engine does, with made-up values for variables and secrets that are not set: a test needs
 * none of them.
 *
 * @throws DativoError what else is wrong with the job file
 */
export function readJobForTest(path: string, options: ReadJobOptions = {}): ResolvedJob {
  const env: Record<string, string | undefined> = { ...(options.env ?? process.env) };
  for (let round = 0; round < MAX_ROUNDS; round += 1)
    try {
      return readJobFile(path, { ...options, env });
    } catch (error) {
      if (!isDativoError(error)) throw error;
      const unset = missingNames(error).filter((name) => env[name] === undefined);
      if (unset.length === 0) throw error;
      for (const name of unset) env[name] = placeholderFor(name);
    }
  throw new DativoError({
    code: "CONFIG_UNSET_VARIABLE",
    message: `${path} refers to too many variables that are not set.`,
  });
}

/**
 * Names, as environment variables, of what an error says is not set and made-up values will do for: credentials, and
 * addresses. Anything else, such as a path, means something.
 */
function missingNames(error: DativoError): string[] {
  const issues = (error.details.issues ?? []) as readonly {
    readonly code: string;
    readonly key: string;
    readonly problem: string;
  }[];
  return issues.flatMap(({ code, key, problem }) => {
    const variable = /^\$\{(\w+)\} is not set/.exec(problem)?.[1];
    const secret = /^There is no secret "([^"]+)"/.exec(problem)?.[1];
    if (code === "SECRET_NOT_FOUND" && secret !== undefined)
      return [`DATIVO_SECRET__GLOBAL__${secret.toUpperCase()}`];
    if (code !== "CONFIG_UNSET_VARIABLE" || variable === undefined) return [];
    return /\.credentials\./.test(key) || isAddress(variable) ? [variable] : [];
  });
}

function isAddress(variable: string): boolean {
  return /URL|URI|ENDPOINT|HOST|ADDRESS/i.test(variable);
}

function placeholderFor(variable: string): string {
  return isAddress(variable) ? PLACEHOLDER_URL : canaryFor(variable);
}

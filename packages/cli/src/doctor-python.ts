import { toDativoError } from "@dativo/protocol";
import type { Context } from "./context.js";
import type { Finding } from "./doctor-checks.js";
import { nearbyJobs } from "./nearby-jobs.js";
import { projectFolder } from "./project-folder.js";
import { readJob } from "./read-job.js";

/** The interpreters that Python plugins of nearby jobs run with; without such jobs, the one that they would. */
export async function checkPython(context: Pick<Context, "cwd" | "env" | "redactors">): Promise<Finding[]> {
  const needed = interpretersNeeded(context);
  const wanted = needed.size > 0 ? [...needed] : [undefined];
  return Promise.all(wanted.map((named) => checkInterpreter(named, needed.size > 0, context)));
}

/** `engine.options.python` of each side of a nearby job that is a Python plugin; undefined where it says nothing. */
function interpretersNeeded(context: Pick<Context, "cwd" | "env" | "redactors">): Set<string | undefined> {
  const needed = new Set<string | undefined>();
  for (const name of nearbyJobs(context.cwd)) {
    try {
      const { source, target } = readJob(name, context);
      for (const { reference, placement } of [
        { reference: source.customReader, placement: source.placement },
        { reference: target.customWriter, placement: target.placement },
      ])
        if (reference !== undefined && /\.py$/i.test(reference.location)) needed.add(placement.python);
    } catch {
      // The check of jobs says what is wrong with it.
    }
  }
  return needed;
}

async function checkInterpreter(
  named: string | undefined,
  isNeeded: boolean,
  { cwd, env }: Pick<Context, "cwd" | "env">,
): Promise<Finding> {
  const { findInterpreter, probeInterpreter } = await import("@dativo/runtime-python");
  try {
    const interpreter = findInterpreter({ named, projectRoot: projectFolder(cwd), env });
    const { version, pyarrow } = await probeInterpreter(interpreter);
    const columns = pyarrow === undefined ? "" : `, pyarrow ${pyarrow}`;
    const message = `${version} at ${interpreter.command} (${interpreter.origin}${columns})`;
    return { check: "python", status: "ok", message };
  } catch (thrown) {
    const error = toDativoError(thrown, { code: "UNKNOWN_ERROR" });
    if (!isNeeded) return { check: "python", status: "ok", message: "none that works, and no job needs one" };
    return {
      check: "python",
      status: "failed",
      message: `${error.code}: ${error.message}`,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    };
  }
}

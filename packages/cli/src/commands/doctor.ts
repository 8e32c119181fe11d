import type { CommandHandler } from "../command.js";
import {
  checkDisk,
  checkJobs,
  checkNativeParts,
  checkNode,
  checkProject,
  checkRuns,
} from "../doctor-checks.js";
import { checkPython } from "../doctor-python.js";
import { stateFolder } from "../project-folder.js";
import { formatTable } from "../terminal/table.js";

/** `dativo doctor`: one line a check; exit code 2 when one failed. */
export const doctor: CommandHandler<"doctor"> = async ({ context }) => {
  const stateDir = stateFolder(context);
  const findings = [
    checkNode(process.version),
    ...(await checkNativeParts()),
    ...(await checkPython(context)),
    checkProject(context.cwd),
    ...(await checkDisk(stateDir)),
    ...(await checkJobs(context)),
    ...(await checkRuns(stateDir)),
  ];
  const { colours } = context.stdout;
  const marks = { ok: colours.green("✔"), warning: colours.yellow("!"), failed: colours.red("✖") };
  const failed = findings.some(({ status }) => status === "failed");
  return {
    exitCode: failed ? 2 : 0,
    json: () => ({ healthy: !failed, findings }),
    text: () =>
      formatTable(
        findings.flatMap(({ check, status, message, hint }) => [
          [`${marks[status]} ${check}`, message],
          ...(hint === undefined || status === "ok" ? [] : [["", colours.dim(hint)]]),
        ]),
      ),
  };
};

import { existsSync } from "node:fs";
import { Journal, type RunDirectory } from "@dativo/engine";
import { DativoError } from "@dativo/protocol";

/**
 * The job file that a run was made with.
 *
 * @throws DativoError `CONFIG_NOT_FOUND` when the run does not say, or the file is gone
 */
export async function jobOfRun(run: RunDirectory): Promise<string> {
  const records = await Journal.read(run.journalFile);
  const file = records.find((record) => record.type === "run_started")?.jobFile;
  if (file !== undefined && existsSync(file)) return file;
  throw new DativoError({
    code: "CONFIG_NOT_FOUND",
    message:
      file === undefined
        ? `Run ${run.id} does not say which job it was made with.`
        : `${file}, which run ${run.id} was made with, is not there any more.`,
    hint: "Name the job file on the command line.",
    details: { run: run.id },
  });
}
